// Play Go against the policy network, and see where it would play.
import { BLACK, Board, type Colour, isEye, opponentOf, PASS, scoreArea, WHITE } from '@deep-recipe/datasets/go'
import { button, element, errorBox } from '../page/elements.ts'
import type { Panel } from '../page/panel.ts'
import { createBoardView } from './board-view.ts'
import { SIZE } from './model.ts'
import { loadPolicy } from './policy.ts'

const KOMI = 6.5

/** The best point by the network that is legal and fills no own eye; a pass where there is none. */
export function choosePoint(board: Board, shares: ArrayLike<number>): number {
  const moves = board.legalMoves().filter((point) => !isEye(board, point, board.toMove))
  return moves.reduce(
    (best, point) => (best === PASS || (shares[point] ?? 0) > (shares[best] ?? 0) ? point : best),
    PASS,
  )
}

export const goPanel: Panel = {
  name: 'go',
  title: 'Go',
  async open(root, backend) {
    const policy = loadPolicy(backend)
    const board = new Board(SIZE)
    let you: Colour = BLACK
    let last = PASS
    let isThinking = false
    let showsHeat = true
    const status = element('p', { role: 'status' })
    const failures = element('div')
    const view = createBoardView(SIZE, (point) => void play(point))

    const show = async (): Promise<void> => {
      const isOver = board.passes >= 2
      const shares = isOver || !showsHeat ? undefined : await policy.think(board)
      view.show({ stones: board.stones, last, heat: shares && keepLegal(board, shares) })
      status.textContent = isOver
        ? `Over: ${scoreArea(board, { komi: KOMI }).result} by area, komi ${KOMI}.`
        : describe(board, you)
    }
    const guard = async (work: () => Promise<void>): Promise<void> => {
      if (isThinking) return
      isThinking = true
      try {
        await work()
      } catch (error) {
        failures.replaceChildren(errorBox(error))
      } finally {
        isThinking = false
      }
    }
    const answer = async (): Promise<void> => {
      if (board.passes >= 2 || board.toMove === you) return
      last = choosePoint(board, await policy.think(board))
      board.play(last)
    }
    const play = (point: number): Promise<void> =>
      guard(async () => {
        if (board.passes >= 2) return
        const reason = board.tryPlay(point)
        if (reason !== undefined) {
          status.textContent = `You cannot play there: ${reason}.`
          return
        }
        last = point
        view.show({ stones: board.stones, last, heat: undefined })
        await answer()
        await show()
      })
    const begin = (colour: Colour): Promise<void> =>
      guard(async () => {
        board.clear()
        you = colour
        last = PASS
        await answer()
        await show()
      })

    root.append(
      element(
        'p',
        {},
        'Blue spots show where the network would play for whoever is to move, in percent. It is small, has learned from games of a simple player on this very board, and looks nothing ahead.',
      ),
      element(
        'div',
        { class: 'columns' },
        view.root,
        element(
          'section',
          { 'aria-label': 'Game' },
          status,
          element(
            'div',
            { class: 'buttons' },
            button('Pass', () => void play(PASS)),
            button(
              'Take back',
              () =>
                void guard(async () => {
                  board.undo()
                  if (board.toMove !== you) board.undo()
                  last = PASS
                  await answer()
                  await show()
                }),
            ),
          ),
          element(
            'div',
            { class: 'buttons' },
            button('New game as black', () => void begin(BLACK)),
            button('New game as white', () => void begin(WHITE)),
            button('Heat map on or off', () => {
              showsHeat = !showsHeat
              void guard(show)
            }),
          ),
          element(
            'p',
            { class: 'quiet' },
            'Arrow keys move over the board, Enter plays. Two passes end the game; stones that are dead must be taken off by capturing them.',
          ),
          failures,
        ),
      ),
    )
    await show()
    return () => policy.close()
  },
}

/** The shares of points where the side to move may play. */
function keepLegal(board: Board, shares: ArrayLike<number>): Float32Array {
  const kept = new Float32Array(SIZE * SIZE)
  for (const point of board.legalMoves()) kept[point] = shares[point] ?? 0
  return kept
}

function describe(board: Board, you: Colour): string {
  const captured = `Captured: ${board.captured.black} by black, ${board.captured.white} by white.`
  const side = board.toMove === BLACK ? 'Black' : 'White'
  return `${side} to move${board.toMove === you ? ': your turn' : ''}. ${board.passes === 1 ? `${opponentOf(board.toMove) === BLACK ? 'Black' : 'White'} passed. ` : ''}${captured}`
}
