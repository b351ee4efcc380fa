// Why a move may be illegal, and how that is said.
import { IllegalMoveError } from '../errors.ts'
import { formatVertex } from './points.ts'
import { type Colour, nameColour } from './stones.ts'

/** Why a move is not allowed. */
export type IllegalReason = 'off the board' | 'occupied' | 'suicide' | 'ko' | 'superko'

const explanations: Readonly<Record<IllegalReason, string>> = {
  'off the board': 'a point off the board',
  occupied: 'a point with a stone on it',
  suicide: 'a move that would leave its own chain without liberties',
  ko: 'a move that retakes the ko at once',
  superko: 'a move that repeats an earlier position',
}

/** The complaint about an illegal move. */
export function makeIllegalMoveError(
  reason: IllegalReason,
  move: { readonly point: number; readonly colour: Colour; readonly number: number; readonly size: number },
): IllegalMoveError {
  return new IllegalMoveError({
    what: `${nameColour(move.colour)}'s move ${move.number} at ${formatVertex(move.point, move.size)}`,
    expected: 'a move that the rules allow',
    received: explanations[reason],
    remedy: 'Choose another point, or pass.',
  })
}
