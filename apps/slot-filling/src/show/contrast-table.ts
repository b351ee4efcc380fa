// The two sentences of a contrast, and how sure each network is of either meaning of their common word.

import type { HostParams } from '@deep-recipe/training'
import type { Contrast } from '../data/contrast.ts'
import type { TaggerRunner } from '../network/apply-tagger.ts'
import type { Coder } from '../text/coder.ts'

/** What a network says of the common word. */
export interface ContrastRow {
  readonly title: string
  /** For each sentence: probabilities of the tag that is right in the first, and of that which is right in the second. */
  readonly shares: readonly [readonly [number, number], readonly [number, number]]
}

/** Asks a network about both sentences. */
export async function askContrast(
  contrast: Contrast,
  coder: Coder,
  network: { readonly title: string; readonly runner: TaggerRunner; readonly params: HostParams },
): Promise<ContrastRow> {
  const places = contrast.sides.map(({ tag }) => coder.tagIndex(tag))
  const ask = async (side: Contrast['sides'][number]): Promise<readonly [number, number]> => {
    const shares = (await network.runner.distributions(network.params, side.words))[side.at] ?? []
    return [shares[places[0] ?? -1] ?? 0, shares[places[1] ?? -1] ?? 0]
  }
  const [first, second] = contrast.sides
  return { title: network.title, shares: [await ask(first), await ask(second)] }
}

/** How many of the two sentences a network understands. */
export function countRight({ shares: [first, second] }: ContrastRow): number {
  return Number(first[0] > first[1]) + Number(second[1] > second[0])
}

/** The contrast as a table for a terminal. */
export function formatContrast(contrast: Contrast, rows: readonly ContrastRow[]): string[] {
  const names = contrast.sides.map(({ tag }) => tag.slice(2))
  const width = Math.max(...rows.map(({ title }) => title.length))
  const columns = contrast.sides.flatMap(() => names)
  const widths = columns.map((name) => Math.max(name.length, 6))
  const cell = (text: string, at: number): string => text.padStart(widths[at] as number)
  const half = (from: number): string =>
    columns
      .slice(from, from + 2)
      .map((name, at) => cell(name, from + at))
      .join('  ')
  const head = `${''.padEnd(width)}  ${half(0)}   |  ${half(2)}`
  return [
    `What is "${contrast.word}"?  Left: in "${contrast.sides[0].words.join(' ')}".  Right: in "${contrast.sides[1].words.join(' ')}".`,
    head,
    ...rows.map((row) => {
      const shares = row.shares.flat().map((share, at) => cell(share.toFixed(3), at))
      return `${row.title.padEnd(width)}  ${shares[0]}  ${shares[1]}   |  ${shares[2]}  ${shares[3]}   ${verdict(row)}`
    }),
  ]
}

function verdict(row: ContrastRow): string {
  const right = countRight(row)
  if (right === 2) return 'both right'
  const [first, second] = row.shares
  const isBlind = Math.abs(first[0] - second[0]) < 1e-6 && Math.abs(first[1] - second[1]) < 1e-6
  return isBlind ? 'the same twice: it cannot know' : right === 1 ? 'one right' : 'none right'
}
