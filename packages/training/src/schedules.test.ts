// Schedules against PyTorch's (optimizers/fixtures/make_steps.py) and their closed forms.
import { readFileSync } from 'node:fs'
import { compile, openReference, ValueError } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import {
  constant,
  cosineDecay,
  exponentialDecay,
  hold,
  linearDecay,
  type Schedule,
  stepDecay,
  warmup,
} from './schedules.ts'

const { schedules }: { schedules: Readonly<Record<string, number[]>> } = JSON.parse(
  readFileSync(new URL('optimizers/fixtures/steps.json', import.meta.url), 'utf8'),
)
const backend = openReference()

/** The rates of the first steps. */
async function readRates(schedule: Schedule, count: number): Promise<number[]> {
  const run = compile(backend, schedule)
  return Promise.all(Array.from({ length: count }, async (_, step) => (await (await run(step)).array()) as number))
}

const close = (numbers: readonly number[]): unknown[] => numbers.map((number) => expect.closeTo(number, 6))

describe('PyTorch', () => {
  test.each<[string, Schedule]>([
    ['exponentialDecay', exponentialDecay(0.5, 0.75, 1)],
    ['stepDecay', stepDecay(0.5, 0.25, 4)],
    ['linearDecay', linearDecay(0.5, 0.125, 10)],
    ['cosineDecay', cosineDecay(0.5, 13, 0.0625)],
  ])('%s', async (name, schedule) => {
    expect(await readRates(schedule, 14)).toEqual(close(schedules[name] as number[]))
  })

  test('warmup: PyTorch rises from 1/5 to 1 in four steps, as this does with five', async () => {
    const rates = await readRates(warmup(5, constant(0.5)), 14)
    expect(rates).toEqual(close(schedules.warmup as number[]))
  })
})

describe('closed forms', () => {
  test('constant', async () => {
    expect(await readRates(constant(0.25), 3)).toEqual([0.25, 0.25, 0.25])
  })

  test('exponentialDecay over several steps', async () => {
    const rates = await readRates(exponentialDecay(2, 0.5, 4), 9)
    expect(rates).toEqual(close(rates.map((_, step) => 2 * 0.5 ** (step / 4))))
  })

  test('linearDecay and cosineDecay stay at the last rate', async () => {
    expect((await readRates(linearDecay(1, 0.25, 2), 5)).slice(2)).toEqual([0.25, 0.25, 0.25])
    expect((await readRates(cosineDecay(1, 2), 5)).slice(2)).toEqual(close([0, 0, 0]))
  })

  test('hold: stays where the schedule after it begins, which counts from its own 0', async () => {
    const rates = await readRates(hold(3, linearDecay(1, 0, 4)), 9)
    expect(rates).toEqual([1, 1, 1, 1, 0.75, 0.5, 0.25, 0, 0])
    const risen = await readRates(warmup(2, hold(2, linearDecay(1, 0, 2))), 8)
    expect(risen).toEqual([0.5, 1, 1, 1, 1, 0.5, 0, 0])
  })

  test('warmup: the schedule after it counts from its own 0', async () => {
    const rates = await readRates(warmup(4, linearDecay(1, 0, 4)), 9)
    expect(rates).toEqual(close([0.25, 0.5, 0.75, 1, 1, 0.75, 0.5, 0.25, 0]))
  })

  test('far steps: the ten millionth is still exact', async () => {
    const run = compile(backend, linearDecay(1, 0, 2 ** 24))
    expect(await (await run(2 ** 23)).array()).toBe(0.5)
  })
})

test.each<[string, () => unknown, RegExp]>([
  ['a negative rate', () => constant(-1), /constant: rate: expected a finite number, 0 or more, received -1/],
  [
    'a factor of 0',
    () => exponentialDecay(1, 0, 1),
    /exponentialDecay: factor: expected a positive number, received 0/,
  ],
  ['no steps', () => stepDecay(1, 0.5, 0), /stepDecay: every: .*optimizer steps/],
  ['a last rate that is NaN', () => linearDecay(1, Number.NaN, 10), /linearDecay: last/],
  ['endless steps', () => cosineDecay(1, Number.POSITIVE_INFINITY), /cosineDecay: steps/],
  ['a negative warmup', () => warmup(-1, constant(1)), /warmup: steps/],
  ['a negative hold', () => hold(-1, constant(1)), /hold: steps/],
])('%s is refused', (_, make, message) => {
  expect(make).toThrow(ValueError)
  expect(make).toThrow(message)
})
