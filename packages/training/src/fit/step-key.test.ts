// The host's shortcut to a step's key must give what the graph gives.
import { foldInKey, randomKey } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { stepKey } from './step-key.ts'

test.each([0, 7, -1, 2 ** 40 + 3])('stepKey(%i, step) is foldInKey of the seed', async (seed) => {
  for (const step of [0, 1, 999_999]) {
    expect([...stepKey(seed, step)]).toEqual([...(await foldInKey(randomKey(seed), step).data())])
  }
})
