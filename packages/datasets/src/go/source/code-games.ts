// Walks through games and codes the positions to learn from: those before a move that is no pass. Many of one game one after the
// other, for going on costs one move and a look at what it changed, while another game must be replayed from its beginning.
import { applySetup, type GoGame, rulesOf } from '../games/game.ts'
import { colourOfMove, isMove, pointOfStep } from '../games/steps.ts'
import { type CodeContents, PositionCoder } from '../planes/code-position.ts'
import { Board } from '../rules/board.ts'
import { BLACK, type Colour, PASS } from '../rules/stones.ts'

/** Number of positions of a game that a move other than a pass follows. */
export function countPositions(game: Pick<GoGame, 'steps'>): number {
  let count = 0
  for (const step of game.steps) if (isMove(step) && pointOfStep(step) !== PASS) count++
  return count
}

/** Coded positions, of as many as there is room for. */
export class CodedPositions {
  /** Points of a board. */
  readonly area: number
  /** [positions, area], see `position-code.ts`. */
  readonly codes: Uint16Array
  /** Of shape [positions]: the move that was played. */
  readonly points: Int16Array
  /** Of shape [positions]: who played it. */
  readonly colours: Int8Array

  constructor(positions: number, area: number) {
    this.area = area
    this.codes = new Uint16Array(positions * area)
    this.points = new Int16Array(positions)
    this.colours = new Int8Array(positions)
  }
}

interface Desk {
  readonly board: Board
  readonly coder: PositionCoder
}

/** Stands before a move of a game, on one of two boards: one for games that allow suicide, one for the others. */
export class GameCoder {
  readonly #desks: readonly [Desk, Desk]
  #desk: Desk
  #game: GoGame | undefined
  /** Number of the position, from 0; −1 before the first. */
  #index = -1
  /** The move that follows. */
  #point: number = PASS
  #colour: Colour = BLACK
  /** The step after that. */
  #at = 0

  constructor(size: number, contents: CodeContents) {
    const furnish = (suicide: boolean): Desk => {
      const board = new Board(size, { suicide })
      return { board, coder: new PositionCoder(board, contents) }
    }
    this.#desks = [furnish(false), furnish(true)]
    this.#desk = this.#desks[0]
  }

  /** Codes the positions of a game from number `first` to before `end`, which must be there; into `output` from place `start` on. */
  code(game: GoGame, first: number, end: number, output: CodedPositions, start: number): void {
    if (game !== this.#game || first !== this.#index) this.#goTo(game, first)
    const { coder } = this.#desk
    for (let place = start; place < start + end - first; place++) {
      coder.write(this.#colour, output.codes, place * output.area)
      output.points[place] = this.#point
      output.colours[place] = this.#colour
      this.#step(coder)
    }
  }

  #goTo(game: GoGame, index: number): void {
    this.#desk = this.#desks[rulesOf(game.ruleset).suicide ? 1 : 0]
    this.#desk.board.clear()
    this.#game = game
    this.#index = -1
    this.#point = PASS
    this.#at = 0
    while (this.#index < index) this.#step()
    this.#desk.coder.attach(this.#desk.board)
  }

  /** Plays the move that follows, and goes on to the next one that is no pass. A coder is told of what changes. */
  #step(coder?: PositionCoder): void {
    const { board } = this.#desk
    const { steps } = this.#game as GoGame
    if (this.#point !== PASS) {
      board.playLegal(this.#point, this.#colour)
      coder?.follow(this.#point)
    }
    this.#point = PASS
    while (this.#at < steps.length && this.#point === PASS) {
      const step = steps[this.#at] as number
      if (isMove(step)) {
        this.#at++
        this.#point = pointOfStep(step)
        this.#colour = colourOfMove(step)
        if (this.#point === PASS) board.playLegal(PASS, this.#colour)
      } else {
        this.#at = applySetup(board, steps, this.#at)
        coder?.attach(board)
      }
    }
    board.forgetPast()
    this.#index++
  }
}
