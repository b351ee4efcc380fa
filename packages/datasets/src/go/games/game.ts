// One game of Go: who played, under which rules, and the steps from the empty board on.
import { Board } from '../rules/board.ts'
import type { Rules } from '../rules/rules.ts'
import { BLACK, type Colour, WHITE } from '../rules/stones.ts'
import { colourOfMove, isMove, kindOfStep, pointOfStep, stepKinds } from './steps.ts'

/** A player as the record names them. */
export interface PlayerInfo {
  readonly name: string | undefined
  /** Text such as `7d`. */
  readonly rank: string | undefined
}

/** A game's main line. Everything that a record leaves out is undefined. */
export interface GoGame {
  readonly size: number
  /** Moves and setup in their order: see `steps.ts`; read them with `replay` or `listMoves`. */
  readonly steps: Uint16Array
  readonly komi: number | undefined
  readonly handicap: number
  /** As written, e.g. `B+Resign`, `W+0.5`. */
  readonly result: string | undefined
  /** As written, e.g. `Japanese`. */
  readonly ruleset: string | undefined
  readonly black: PlayerInfo
  readonly white: PlayerInfo
  /** As written, mostly `YYYY-MM-DD`. */
  readonly date: string | undefined
}

/** A move of a game. */
export interface GoMove {
  readonly colour: Colour
  /** −1 for a pass. */
  readonly point: number
}

/** The moves of a game, without its setup. */
export function listMoves(game: Pick<GoGame, 'steps'>): GoMove[] {
  return Array.from(game.steps)
    .filter(isMove)
    .map((step) => ({ colour: colourOfMove(step), point: pointOfStep(step) }))
}

/** The rules that a record's words stand for: suicide is allowed in New Zealand and by Tromp and Taylor. */
export function rulesOf(ruleset: string | undefined): Rules {
  return { suicide: /^\s*(NZ|New Zealand|Tromp|Taylor|TT)/i.test(ruleset ?? '') }
}

/**
 * The position after the first `moves` moves of a game (default all), setup included; `board` is used, cleared first,
 * where one is given.
 *
 * @throws IllegalMoveError for a game that does not follow the rules (games that were read do).
 */
export function replay(game: GoGame, moves: number = Number.POSITIVE_INFINITY, board?: Board): Board {
  const result = board ?? new Board(game.size, rulesOf(game.ruleset))
  result.clear()
  let played = 0
  for (let at = 0; at < game.steps.length; ) {
    const step = game.steps[at] as number
    if (!isMove(step)) {
      at = applySetup(result, game.steps, at)
      continue
    }
    if (played++ >= moves) break
    result.play(pointOfStep(step), colourOfMove(step))
    at++
  }
  return result
}

/** Applies the run of setup steps that begins at `start`. @returns the place after it. */
export function applySetup(board: Board, steps: ArrayLike<number>, start: number): number {
  const changes: [number, Colour | 0][] = []
  let toMove: Colour | undefined
  let at = start
  for (; at < steps.length && !isMove(steps[at] as number); at++) {
    const step = steps[at] as number
    const kind = kindOfStep(step)
    if (kind === stepKinds.blackToMove) toMove = BLACK
    else if (kind === stepKinds.whiteToMove) toMove = WHITE
    else
      changes.push([pointOfStep(step), kind === stepKinds.setBlack ? BLACK : kind === stepKinds.setWhite ? WHITE : 0])
  }
  if (changes.length > 0) board.setUp(changes)
  if (toMove !== undefined) board.toMove = toMove
  return at
}
