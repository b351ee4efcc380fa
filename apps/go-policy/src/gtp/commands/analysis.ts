// What GoGui can show on its board beside the game: the probabilities of moves, and who owns what.
import { settle } from '../../play/settle.ts'
import type { CommandTable } from './table.ts'

export const analysisCommands: CommandTable = {
  'gogui-analyze_commands': () =>
    ['dboard/Move probabilities/policy-probabilities', 'dboard/Ownership by random play/policy-ownership'].join('\n'),
  // On one scale with the best move at 1, since most probabilities are too small for a colour.
  'policy-probabilities': async ({ board, options }) => {
    const probabilities = await options.policy.assess(board, board.toMove)
    const most = probabilities.reduce((a, b) => Math.max(a, b), 0)
    return formatTable(
      probabilities.map((share, point) => (board.stones[point] === 0 && most > 0 ? share / most : 0)),
      board.size,
    )
  },
  'policy-ownership': ({ board, options }) =>
    formatTable(settle(board, { games: 200, seed: options.seed }).ownership, board.size),
}

/** Numbers of the points, a row of the board in each line. */
function formatTable(values: Float32Array, size: number): string {
  const rows = Array.from({ length: size }, (_, row) => values.subarray(row * size, (row + 1) * size))
  return rows.map((row) => Array.from(row, (value) => value.toFixed(3)).join(' ')).join('\n')
}
