// Bad games in all the ways there are: they are counted and passed over, nothing is written outside, and what is left is
// learned from; where nothing is left, one sentence says so.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeZip, playSimply, tinyGo, writeGames } from './go-games.ts'
import { makeFolder, runApp } from './run-app.ts'

const folder = makeFolder('go-policy-bad')
const train = ['train', ...tinyGo, '--model', 'cnn', '--epochs', '1']

test('a folder of good and bad games', async () => {
  const games = writeGames(join(folder, 'mixed'), 60)
  const write = (name: string, text: string | Buffer): void => writeFileSync(join(games, name), text)
  write('empty.sgf', '')
  write('cut.sgf', playSimply(1).slice(0, 60))
  write('off.sgf', '(;GM[1]SZ[5];B[aa];W[zz];B[bb])')
  write('taken.sgf', '(;GM[1]SZ[5];B[aa];W[aa])')
  write('chess.sgf', '(;GM[3];B[aa])')
  write('noise.sgf', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)))
  // A comment of 10 MB, and 100,000 variations inside one another: both are games all the same.
  write('comment.sgf', playSimply(2).replace('KM', `C[${'x'.repeat(10_000_000)}]KM`))
  write('deep.sgf', `(;GM[1]SZ[5];B[aa]${'(;W[bb](;B[cc]'.repeat(50_000)}${'))'.repeat(50_000)})`)
  write(
    'slip.zip',
    makeZip({ '../../outside.sgf': Buffer.from(playSimply(3)), 'inside.sgf': Buffer.from(playSimply(4)) }),
  )
  write('bomb.zip', makeZip({ 'bomb.sgf': Buffer.alloc(60_000_000, 'x') }))
  write('damaged.zip', makeZip({ 'a.sgf': Buffer.from(playSimply(5)) }).subarray(0, 90))
  const { code, out, err } = await runApp(folder, 'go-policy', ...train, '--data', 'mixed', '--out', 'run', '--json')
  expect({ code, err }).toEqual({ code: 0, err })
  expect(JSON.parse(out).positions).toBeGreaterThan(0)
  expect(err).toMatch(/^Passed over: .*malformed SGF/m)
  expect(err).toMatch(/^The first of them, .*: /m)
  expect(err).not.toMatch(/^ {4}at /m)
  expect(readdirSync(folder).sort()).toEqual(['mixed', 'run', 'runs'])
})

test.each([
  ['nothing but bad games', { 'a.sgf': '(;B[aa', 'b.sgf': '' }, /received 0 games; 2 skipped, the first, a\.sgf: /],
  ['games on another board', { 'a.sgf': playSimply(1, 9) }, /SGF files of games on 5 × 5/],
])('%s', async (name, files, message) => {
  mkdirSync(join(folder, name))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text)
  const { code, out, err } = await runApp(folder, 'go-policy', ...train, '--data', name, '--out', `${name} run`)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(message)
  expect(err).not.toMatch(/^ {4}at /m)
})

test('an engine without a run, and files that are no games', async () => {
  const empty = makeFolder('go-policy-none')
  const without = await runApp(empty, 'go-policy', 'gtp')
  expect({ code: without.code, out: without.out }).toEqual({ code: 2, out: '' })
  expect(without.err).toContain('Train one with `pnpm go-policy train`')
  writeFileSync(join(folder, 'bad.sgf'), '(;GM[1]SZ[5];B[aa];W[aa])')
  for (const [file, message] of [
    ['none.sgf', /none\.sgf: expected an SGF file of at most 64 MB, received no such file/],
    ['bad.sgf', /line 1, column 19/],
  ] as const) {
    const { code, out, err } = await runApp(folder, 'go-policy', 'predict', file, '--out', 'run')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(message)
  }
})
