// A board in a terminal: stones as characters, probabilities as colours behind them and letters on the best points.
import { formatVertex } from '@deep-recipe/datasets/go'
import { type BoardPicture, listStars, rankMoves } from './board-picture.ts'

/** Letters for the best moves: small ones, so that nobody takes them for columns. */
const letters = 'abcdefghij'

/** How many of the best moves get a letter. */
export const markedMoves: number = letters.length

/** The mark of the move of a rank, from 0. */
export function moveLetter(rank: number): string {
  return letters[rank] ?? ''
}

/**
 * The board as lines of text: `●` black, `○` white, `(●)` the move before, small letters the most probable moves in their
 * order; with colours, each empty point has a background that says how probable it is.
 *
 * @param useColour false where the output is no terminal, or where NO_COLOR is set (no-color.org).
 */
export function drawInTerminal(picture: BoardPicture, useColour: boolean): string {
  const { size, stones, last, probabilities } = picture
  const best = new Map(rankMoves(probabilities ?? [], markedMoves).map((point, rank) => [point, moveLetter(rank)]))
  const stars = new Set(listStars(size))
  const most = probabilities ? Math.max(0, ...Array.from(probabilities)) : 0

  const drawPoint = (point: number): string => {
    const stone = stones[point]
    if (stone === 1) return '●'
    if (stone === -1) return '○'
    return best.get(point) ?? (stars.has(point) ? '+' : '·')
  }
  const paint = (text: string, point: number): string => {
    if (!useColour || stones[point] !== 0 || !probabilities || most <= 0) return text
    // Square roots, or all but the best would look alike.
    const heat = Math.sqrt((probabilities[point] as number) / most)
    if (heat < 0.08) return text
    const [red, green, blue] = [90 + 150 * heat, 60 * (1 - heat) + 40, 40].map(Math.round)
    return `\u001b[48;2;${red};${green};${blue}m\u001b[38;2;255;255;255m${text}\u001b[0m`
  }

  const header = `    ${Array.from({ length: size }, (_, column) => formatVertex(column, size)[0]).join(' ')}`
  const rows = Array.from({ length: size }, (_, row) => {
    const label = String(size - row)
    const cells = Array.from({ length: size }, (_, column) => {
      const point = row * size + column
      // The bracket that opens stands in the gap before the point, the one that closes in the gap after it.
      const before = point === last && last >= 0 ? '(' : column > 0 && point - 1 === last ? ')' : ' '
      return `${before}${paint(drawPoint(point), point)}`
    })
    const end = row * size + size - 1 === last ? ')' : ' '
    return `${label.padStart(2)} ${cells.join('')}${end}${label}`
  })
  return [header, ...rows, header].join('\n')
}

/** Whether a stream wants colours: a terminal, unless NO_COLOR says no. */
export function wantsColour(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb'
}
