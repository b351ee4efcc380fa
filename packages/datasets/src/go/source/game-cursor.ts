// Walks through games from one position to learn from to the next: those before a move that is no pass. Hundreds of games are
// open at a time, so each keeps little more than its stones, a few cache lines; one board, warm in the processor's cache, is set
// to whichever game is to go on.
import { applySetup, type GoGame, rulesOf } from '../games/game.ts'
import { colourOfMove, isMove, pointOfStep } from '../games/steps.ts'
import { Board } from '../rules/board.ts'
import { BLACK, type Colour, PASS } from '../rules/stones.ts'

/** Number of positions of a game that a move other than a pass follows. */
export function countPositions(game: Pick<GoGame, 'steps'>): number {
  let count = 0
  for (const step of game.steps) if (isMove(step) && pointOfStep(step) !== PASS) count++
  return count
}

/** The boards on which games are gone on with: one for those that allow suicide, one for the others. */
export class GameDesk {
  readonly #boards: readonly [Board, Board]
  readonly #shown: [GameCursor | undefined, GameCursor | undefined] = [undefined, undefined]

  constructor(size: number) {
    this.#boards = [new Board(size), new Board(size, { suicide: true })]
  }

  /** The board, showing the position of a game; until another game is laid out. */
  layOut(cursor: GameCursor): Board {
    const place = cursor.suicide ? 1 : 0
    const board = this.#boards[place]
    const shown = this.#shown[place]
    if (shown === cursor) return board
    shown?.save(board)
    cursor.load(board)
    this.#shown[place] = cursor
    return board
  }
}

/** Stands before a move of a game; going on costs one move, going back a replay from the beginning. */
export class GameCursor {
  readonly suicide: boolean
  /** Number of the position, from 0. */
  index = -1
  /** The move that follows. */
  point: number = PASS
  colour: Colour = BLACK
  readonly #steps: Uint16Array
  readonly #stones: Int8Array
  readonly #placedAt: Int32Array
  #at = 0
  #moveNumber = 0
  #koPoint = -1
  #koColour: Colour = BLACK

  constructor(game: GoGame) {
    this.suicide = rulesOf(game.ruleset).suicide ?? false
    this.#steps = game.steps
    this.#stones = new Int8Array(game.size * game.size)
    this.#placedAt = new Int32Array(game.size * game.size)
  }

  /** Goes to a position of the game, which must have one of that number. @returns a board that shows it for now. */
  moveTo(index: number, desk: GameDesk): Board {
    const board = desk.layOut(this)
    if (index < this.index) {
      board.clear()
      this.index = -1
      this.#at = 0
      this.point = PASS
    }
    while (this.index < index) this.#step(board)
    return board
  }

  /** Notes what is on the board. */
  save(board: Board): void {
    this.#stones.set(board.stones.subarray(0, this.#stones.length))
    this.#placedAt.set(board.placedAt)
    this.#moveNumber = board.moveNumber
    this.#koPoint = board.koPoint
    this.#koColour = board.koColour
  }

  /** Lays out what was noted. */
  load(board: Board): void {
    board.forgetPast()
    board.stones.set(this.#stones)
    board.chains.rebuild()
    board.placedAt.set(this.#placedAt)
    board.moveNumber = this.#moveNumber
    board.koPoint = this.#koPoint
    board.koColour = this.#koColour
  }

  /** Plays the move that follows, and goes on to the next one that is no pass. */
  #step(board: Board): void {
    const steps = this.#steps
    if (this.point !== PASS) board.playLegal(this.point, this.colour)
    while (this.#at < steps.length) {
      const step = steps[this.#at] as number
      if (!isMove(step)) {
        this.#at = applySetup(board, steps, this.#at)
        continue
      }
      this.#at++
      this.point = pointOfStep(step)
      this.colour = colourOfMove(step)
      if (this.point !== PASS) break
      board.playLegal(PASS, this.colour)
    }
    board.forgetPast()
    this.index++
  }
}
