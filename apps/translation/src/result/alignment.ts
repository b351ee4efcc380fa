// Where the decoder looked: an alignment as a picture of characters, for a terminal.
import type { Translation } from '../model/translator.ts'

const shades = ['·', '░', '▒', '▓', '█'] as const

/** The widest picture; beyond it, each symbol is listed with the place it looked at most. */
const widest = 110

/** Columns that a text takes on a screen: Chinese characters and full-width marks take two. */
export function widthOf(text: string): number {
  return [...text].reduce(
    (width, character) =>
      width +
      (/[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u.test(
        character,
      )
        ? 2
        : 1),
    0,
  )
}

/** An alignment: a line for each symbol that was said, a column for each that was read. Empty without attention. */
export function drawAlignment({ sourcePieces, targetPieces, weights }: Translation): string[] {
  if (weights.length === 0) return []
  const left = Math.max(...targetPieces.map(widthOf))
  const widths = sourcePieces.map((piece) => Math.max(2, widthOf(piece)))
  if (left + widths.reduce((sum, width) => sum + width + 1, 0) > widest)
    return listAlignment(sourcePieces, targetPieces, weights)
  const head = sourcePieces.map((piece, at) => fill(piece, widths[at] as number)).join(' ')
  const lines = targetPieces.map((piece, row) => {
    const cells = (weights[row] ?? []).map((weight, at) => shadeOf(weight).repeat(widths[at] as number))
    return `${fill(piece, left)} ${cells.join(' ')}`
  })
  return [`${' '.repeat(left)} ${head}`, ...lines]
}

function listAlignment(
  source: readonly string[],
  target: readonly string[],
  weights: Translation['weights'],
): string[] {
  const left = Math.max(...target.map(widthOf))
  return target.map((piece, row) => {
    const alpha = weights[row] ?? []
    const most = Math.max(...alpha)
    return `${fill(piece, left)} ← ${source[alpha.indexOf(most)] ?? ''} ${most.toFixed(2)}`
  })
}

function shadeOf(weight: number): string {
  return shades[Math.min(shades.length - 1, Math.floor(weight * shades.length))] as string
}

function fill(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}
