// The engine as a program: a session through its streams, and games against GNU Go where that is installed.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { tinyGo, writeGames } from './go-games.ts'
import { makeFolder, runApp, startLine } from './run-app.ts'

const folder = makeFolder('go-policy-gtp')
const path = `${process.env.PATH}:/usr/games`
const hasGnuGo = spawnSync('gnugo', ['--version'], { env: { ...process.env, PATH: path } }).status === 0

beforeAll(async () => {
  writeGames(join(folder, 'games'), 40)
  const { code, err } = await runApp(folder, 'go-policy', 'train', ...tinyGo, '--data', 'games', '--model', 'cnn')
  expect({ code, err }).toEqual({ code: 0, err })
})

test('a session: standard output holds the protocol and nothing else', async () => {
  const commands = [
    '1 protocol_version',
    'boardsize 19',
    '# a comment',
    '2 play b q16',
    '3 genmove w',
    'nonsense',
    'quit',
  ]
  const line = `printf '${commands.join('\\n')}\\n' | pnpm go-policy gtp --backend reference`
  const { code, out, err } = await startLine(folder, line).ending
  expect({ code, err }).toEqual({ code: 0, err })
  expect(out).toMatch(/^=1 2\n\n= \n\n=2 \n\n=3 [A-T]\d+\n\n\? unknown command\n\n= \n\n$/)
})

test('--json and gtp do not go together', async () => {
  const { code, out, err } = await runApp(folder, 'go-policy', 'gtp', '--json')
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain('Leave it out.')
})

test('an opponent that is no player is refused before the first game', async () => {
  const { code, err } = await runApp(folder, 'go-policy', 'match', '--opponent', 'no-such-program --gtp')
  expect(code).toBe(2)
  expect(err).toMatch(/--opponent: .*no-such-program.*does not start/)
})

test.skipIf(!hasGnuGo)('two games against GNU Go: no illegal move, no error of the protocol', async () => {
  const words = ['match', '--games', '2', '--size', '9', '--never-resign', '--backend', 'reference', '--json']
  const { code, out, err } = await runApp(folder, 'go-policy', ...words)
  expect({ code, err }).toEqual({ code: 0, err })
  expect(JSON.parse(out)).toMatchObject({ games: 2, illegalMoves: 0, protocolErrors: 0 })
})
