// Plans: how many steps, and what is written down.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadPlan, makePlan, savePlan, secondsFor } from './plan.ts'

const free = {
  positions: 1000,
  batchSize: 10,
  epochs: 3,
  most: Number.MAX_SAFE_INTEGER,
  seconds: undefined,
  secondsPerStep: {},
}

describe('makePlan', () => {
  test('without a limit: so many passes over the data', () => {
    const plan = makePlan(free)
    expect(plan.parts * plan.stepsPerPart).toBe(300)
    expect(secondsFor(plan, 'cnn')).toBeUndefined()
  })

  test('with a limit: what fits into nine tenths of it, all networks together, and never more than the passes', () => {
    const secondsPerStep = { cnn: 0.8, dense: 0.2 }
    const plan = makePlan({ ...free, seconds: 100, secondsPerStep })
    const steps = plan.parts * plan.stepsPerPart
    expect(steps).toBeGreaterThan(80)
    expect(steps).toBeLessThan(100)
    expect([secondsFor(plan, 'cnn'), secondsFor(plan, 'dense')]).toEqual([80, 20])
    const long = makePlan({ ...free, seconds: 1e6, secondsPerStep })
    expect(long.parts * long.stepsPerPart).toBe(300)
    // A short plan has all the time that was given, not the little that it was thought to need.
    expect(secondsFor(long, 'dense')).toBeCloseTo(2e5)
  })

  test('never more positions than are asked for, but for those that fill the last part', () => {
    const plan = makePlan({ ...free, most: 1200 })
    expect(plan.parts * plan.stepsPerPart).toBe(120)
  })

  test('there is always a step', () => {
    expect(makePlan({ ...free, positions: 1, epochs: 1 })).toMatchObject({ parts: 1, stepsPerPart: 1 })
    expect(makePlan({ ...free, seconds: 1, secondsPerStep: { cnn: 60 } })).toMatchObject({ parts: 1, stepsPerPart: 1 })
  })
})

describe('files', () => {
  let folder = ''
  afterAll(() => rm(folder, { recursive: true }))

  test('a plan comes back as it was; none is none; what is no plan is refused', async () => {
    folder = await mkdtemp(join(tmpdir(), 'go-plan-'))
    expect(await loadPlan(folder)).toBeUndefined()
    const plan = makePlan({ ...free, seconds: 100, secondsPerStep: { cnn: 1 } })
    await savePlan(folder, plan)
    expect(await loadPlan(folder)).toEqual(plan)
    for (const text of ['', '{', '{"parts":0,"stepsPerPart":1}', '[]']) {
      await writeFile(join(folder, 'plan.json'), text)
      await expect(loadPlan(folder)).rejects.toThrow(/Begin a new run/)
    }
  })
})
