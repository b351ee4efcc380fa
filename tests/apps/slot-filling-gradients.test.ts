// The laboratory of gradients as a user runs it: table, figures and page; what is no number is told.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lastLine, makeFolder, runApp } from './run-app.ts'

const folder = makeFolder('slot-filling-gradients')
const small = ['gradients', '--units', '4', '--steps', '6', '--train-steps', '10']

test('figures, table and page', async () => {
  const { code, out, err } = await runApp(folder, 'slot-filling', ...small, '--gain', '0.5', '--out', 'flow', '--json')
  expect({ code, err }).toEqual({ code: 0, err })
  const { networks, gains, seconds, ...rest } = JSON.parse(lastLine(out))
  expect(rest).toMatchObject({ steps: 6, units: 4, gain: 0.5, backend: expect.any(String) })
  expect(seconds).toBeGreaterThan(0)
  expect(networks.map(({ name }: { name: string }) => name)).toEqual([
    'simple-rnn',
    'relu-rnn',
    'clipped-relu-rnn',
    'lstm',
    'peephole-lstm',
    'gru',
  ])
  // Orthogonal weights times a half: the bound halves with each step, and the norm is below it.
  const [simple] = networks
  simple.before.bound.forEach((bound: number, k: number) => {
    expect(bound).toBeCloseTo((6 - k) * Math.log10(0.5), 3)
    expect(simple.before.hidden[k]).toBeLessThan(bound)
  })
  expect(gains.map(({ gain }: { gain: number }) => gain)).toEqual([0.5, 1, 1.5, 2])
  expect(err).toContain('Peephole LSTM')
  expect(readFileSync(join(folder, 'flow/report.html'), 'utf8')).toContain('Why gradients vanish and explode')
})

test('options that make no sense leave nothing behind', async () => {
  const { code, err } = await runApp(folder, 'slot-filling', ...small, '--gain', '-1')
  expect(code).toBe(2)
  expect(lastLine(err)).toMatch(/^Error: --gain: expected a number from 0.001 to 100, received '-1'/)
  expect(existsSync(join(folder, 'runs'))).toBe(false)
})
