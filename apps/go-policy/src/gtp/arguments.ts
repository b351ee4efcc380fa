// The arguments of GTP commands: colours, vertices, numbers.
import { BLACK, type Colour, GoError, parseVertex, WHITE } from '@deep-recipe/datasets/go'
import { GtpFailure } from './protocol.ts'

/** `b`, `black`, `w` or `white`, in any case. @throws GtpFailure */
export function readColour(word: string | undefined): Colour {
  const name = word?.toLowerCase()
  if (name === 'b' || name === 'black') return BLACK
  if (name === 'w' || name === 'white') return WHITE
  throw new GtpFailure('syntax error')
}

/**
 * A vertex such as `Q16`, or `pass`, in any case.
 *
 * @param offBoard the failure for a vertex that this board does not have.
 * @returns the point, row by row from the top left corner, or PASS.
 * @throws GtpFailure
 */
export function readVertex(word: string | undefined, size: number, offBoard: string): number {
  if (word === undefined || !/^([a-z]\d{1,2}|pass)$/i.test(word)) throw new GtpFailure('syntax error')
  try {
    return parseVertex(word, size)
  } catch (error) {
    if (error instanceof GoError) throw new GtpFailure(offBoard)
    throw error
  }
}

/** A whole number. @throws GtpFailure */
export function readWhole(word: string | undefined): number {
  if (word !== undefined && /^[+-]?\d{1,9}$/.test(word)) return Number(word)
  throw new GtpFailure('syntax error')
}

/** A number. @throws GtpFailure */
export function readFloat(word: string | undefined): number {
  if (word !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) {
    const value = Number(word)
    if (Number.isFinite(value)) return value
  }
  throw new GtpFailure('syntax error')
}
