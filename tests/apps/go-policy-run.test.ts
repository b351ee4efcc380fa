// A whole run of go-policy: training, what it leaves, measuring again, drawing a game; and going on after Ctrl-C.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { playSimply, tinyGo, writeGames } from './go-games.ts'
import { lastLine, makeFolder, runApp, startApp, startLine } from './run-app.ts'

const folder = makeFolder('go-policy')
const words = ['train', ...tinyGo, '--data', 'games', '--epochs', '5']

interface Figures {
  readonly top1: number
  readonly top5: number
  readonly loss: number
  readonly positions: number
  readonly seconds: number
  readonly backend: string
}

let figures: Figures
beforeAll(async () => {
  writeGames(join(folder, 'games'), 80)
  const { code, out, err } = await runApp(folder, 'go-policy', ...words, '--out', 'whole', '--json')
  expect({ code, err }).toEqual({ code: 0, err })
  expect(out.trimEnd().split('\n').length).toBe(1)
  figures = JSON.parse(out)
})

test('the figures are those that are promised, and far better than chance', () => {
  expect(Object.keys(figures)).toEqual(['top1', 'top5', 'loss', 'positions', 'seconds', 'backend'])
  // Whole games of sixteen moves: those that are held out, one in twenty, until there are sixty positions.
  expect(figures.positions).toBeGreaterThanOrEqual(2 * 16)
  expect(figures.positions).toBeLessThan(60 + 16)
  expect(figures.positions % 16).toBe(0)
  // One of at most four points beside the last move: a quarter at least, where any point of 25 would be 0.04.
  expect(figures.top1).toBeGreaterThan(0.15)
  expect(figures.top5).toBeGreaterThan(0.5)
  expect(figures.loss).toBeLessThan(Math.log(25))
  expect(figures.backend).toBe('reference')
})

test('the page has curves, boards, filters and both networks; the summary names what was beaten', () => {
  const page = readFileSync(join(folder, 'whole/report.html'), 'utf8')
  for (const text of [
    'Convolutional network',
    'Fully connected network',
    'What the filters look for',
    'conv2d(4, 5×5)',
  ]) {
    expect(page).toContain(text)
  }
  expect(page.match(/data:image\/svg\+xml;base64,/g)?.length).toBe(6)
  expect(page.match(/data:image\/png;base64,/g)?.length).toBeGreaterThan(6)
  const { rows } = JSON.parse(readFileSync(join(folder, 'whole/summary.json'), 'utf8'))
  expect(rows[0]).toMatchObject({ value: figures.top1, baseline: { name: 'Fully connected network' } })
})

test('evaluate measures the same again, and other games too', async () => {
  const again = await runApp(folder, 'go-policy', 'evaluate', '--json', '--backend', 'reference')
  const { top1, top5, loss, positions } = JSON.parse(lastLine(again.out))
  expect({ top1, top5, loss, positions }).toEqual({ ...figures, seconds: undefined, backend: undefined })
})

test('predict draws the position before a move, and writes a page', async () => {
  writeFileSync(join(folder, 'one game.sgf'), playSimply(999))
  const run = ['predict', 'one game.sgf', '--move', '5', '--out', 'whole', '--backend', 'reference']
  const { code, out, err } = await runApp(folder, 'go-policy', ...run)
  expect({ code, err }).toEqual({ code: 0, err })
  expect(out).toMatch(/^ 5 .*5$/m)
  // Four stones, and the player's own in the line below.
  expect(out.match(/[●○]/g)?.length).toBe(5)
  expect(out).toContain('Black (●) to play move 5')
  expect(out).not.toContain('\u001b')
  const page = readFileSync(join(folder, 'whole/predictions/one game.html'), 'utf8')
  expect(page).toContain('data:image/svg+xml;base64,')

  const beyond = await runApp(folder, 'go-policy', 'predict', 'one game.sgf', '--move', '99', '--out', 'whole')
  expect(beyond.code).toBe(2)
  expect(beyond.err).toMatch(/--move: expected a move from 1 to 17/)
})

test('Ctrl-C saves; --resume ends with the same figures; other sizes are refused', async () => {
  const run = startApp(folder, 'go-policy', [...words, '--out', 'cut', '--json'])
  await run.waitFor('Convolutional network: trained')
  run.signal('SIGINT')
  const stopped = await run.ending
  expect({ code: stopped.code, out: stopped.out }).toEqual({ code: 130, out: '' })
  const [, line] = /^Stopped\. To go on: (pnpm go-policy train --resume --out .*)$/.exec(lastLine(stopped.err)) ?? []
  expect(line).toBeDefined()
  expect(existsSync(join(folder, 'cut/report.html'))).toBe(false)

  const other = await runApp(folder, 'go-policy', 'train', '--resume', '--out', 'cut', '--filters', '7')
  expect(other.code).toBe(2)
  expect(other.err).toMatch(/--filters: expected 4, with which the run in .* began/)

  const resumed = await startLine(folder, `${line} --json`).ending
  expect({ code: resumed.code, err: resumed.err }).toEqual({ code: 0, err: resumed.err })
  expect(JSON.parse(lastLine(resumed.out))).toEqual({ ...figures, seconds: expect.any(Number) })
})
