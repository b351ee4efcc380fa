// Which epoch is kept, when a training ends, and that an interruption changes neither.
import type { TaggedSentence } from '@deep-recipe/datasets/words'
import type { EpochFigures, EpochWish } from '@deep-recipe/training'
import { expect, test } from 'vitest'
import type { Answer, TaggerRunner } from '../network/apply-tagger.ts'
import { buildCoder } from '../text/coder.ts'
import { bestF1, type KeepBest, keepBest } from './keep-best.ts'

const validation: TaggedSentence[] = Array.from({ length: 4 }, () => ({
  words: ['oslo'],
  tags: ['B-to'],
  intent: 'fly',
}))
const coder = buildCoder(validation)

/** After epoch n the first `found[n]` slots and `intents[n]` intents are right. */
function makeKeepBest(found: readonly number[], intents: readonly number[], patience: number, first = 0): KeepBest {
  let epoch = first
  const runner: TaggerRunner = {
    answer: async () => {
      const answers = validation.map(
        (_, at): Answer => ({
          tags: [at < (found[epoch] as number) ? 'B-to' : 'O'],
          probabilities: [1],
          intent: at < (intents[epoch] as number) ? 'fly' : 'stay',
          intentProbability: 1,
        }),
      )
      epoch++
      return answers
    },
    distributions: async () => [],
    dispose: () => {},
  }
  return keepBest({ runner, coder, validation, patience })
}

async function run(callback: KeepBest, epochs: readonly number[]): Promise<EpochWish[]> {
  const wishes: EpochWish[] = []
  for (const epoch of epochs) {
    const figures: EpochFigures = { epoch, step: epoch, seconds: 0, train: {} }
    wishes.push((await callback.onEpochEnd?.({ figures, params: async () => ({}) })) ?? {})
  }
  return wishes
}

test('the best epoch by F1 and intents together; equal ones are kept, and end it all the same', async () => {
  const callback = makeKeepBest([4, 3, 4, 4, 4], [0, 4, 4, 4, 4], 2)
  expect(await run(callback, [1, 2, 3, 4, 5])).toEqual([
    { keepBest: true, stop: false },
    { keepBest: true, stop: false },
    { keepBest: true, stop: false },
    { keepBest: true, stop: false },
    { keepBest: true, stop: true },
  ])
  expect(callback.record()).toMatchObject({ bestEpoch: 5, f1: [1, 6 / 7, 1, 1, 1] })
  expect(bestF1(callback.record())).toBe(1)
})

test('a worse epoch is not kept', async () => {
  const callback = makeKeepBest([3, 1, 0], [4, 4, 4], 2)
  const wishes = await run(callback, [1, 2, 3])
  expect(wishes.map(({ keepBest: keeps }) => keeps)).toEqual([true, false, false])
  expect(wishes.map(({ stop }) => stop)).toEqual([false, false, true])
  expect(bestF1(callback.record())).toBeCloseTo(6 / 7, 12)
})

test('saved and restored in between: the same', async () => {
  const [found, intents] = [
    [1, 3, 2, 3, 3],
    [4, 4, 4, 4, 4],
  ]
  const whole = await run(makeKeepBest(found, intents, 3), [1, 2, 3, 4, 5])
  const before = makeKeepBest(found, intents, 3)
  const first = await run(before, [1, 2, 3])
  const after = makeKeepBest(found, intents, 3, 3)
  after.restore?.(JSON.parse(JSON.stringify(before.save?.())))
  expect([...first, ...(await run(after, [4, 5]))]).toEqual(whole)
})
