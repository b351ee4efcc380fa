// Walks through a game from one position to learn from to the next: those before a move that is no pass.
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

/** Stands before a move of a game; going on costs one move, going back a replay from the beginning. */
export class GameCursor {
  readonly game: GoGame
  readonly board: Board
  /** Number of the position, from 0. */
  index = -1
  /** The move that follows. */
  point: number = PASS
  colour: Colour = BLACK
  #at = 0

  constructor(game: GoGame) {
    this.game = game
    this.board = new Board(game.size, rulesOf(game.ruleset))
  }

  /** Goes to a position of the game, which must have one of that number. */
  moveTo(index: number): void {
    if (index < this.index) {
      this.board.clear()
      this.index = -1
      this.#at = 0
      this.point = PASS
    }
    while (this.index < index) this.#step()
  }

  /** Plays the move that follows, and goes on to the next one that is no pass. */
  #step(): void {
    const { board } = this
    const { steps } = this.game
    if (this.point !== PASS) board.playLegal(this.point, this.colour)
    for (; this.#at < steps.length; ) {
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
