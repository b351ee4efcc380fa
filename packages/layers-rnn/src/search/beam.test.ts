// The host's half of beam search: stopping early loses nothing.
import { HostRandom } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { BeamState, type Candidate, normalizeByLength } from './beam.ts'

/** Log probabilities of five symbols, as they follow the step and the beams' places; 0 is the end. */
function candidatesOf(random: HostRandom, scores: readonly number[], beams: number): Candidate[] {
  return scores
    .flatMap((score, parent) =>
      Array.from({ length: 5 }, (_, symbol) => ({
        parent,
        symbol,
        logProbability: score + Math.log(0.05 + 0.9 * random.uniform()),
      })),
    )
    .sort((a, b) => b.logProbability - a.logProbability)
    .slice(0, 2 * beams)
}

test.each([0, 0.6, 1])('a search that stops when it is done finds what one to the end finds (α = %s)', (alpha) => {
  let stopped = 0
  for (let seed = 0; seed < 200; seed++) {
    const random = new HostRandom(seed)
    const rules = { beams: 3, end: 0, maximumLength: 8, lengthNormalization: alpha }
    const state = new BeamState(rules)
    let atStop: unknown
    let scores: readonly number[] = [0]
    for (let length = 1; length <= 8; length++) {
      if (state.done && !atStop) {
        atStop = state.best(3)
        stopped++
      }
      const going = state.advance(candidatesOf(random, scores, 3), [], length === 8)
      scores = going.map((one) => one.logProbability)
    }
    if (atStop) expect(state.best(3)).toEqual(atStop)
    expect(state.done).toBe(true)
  }
  expect(stopped).toBeGreaterThan(20)
})

test('the length normalisation is that of Wu and others', () => {
  expect(normalizeByLength(-3, 7, 0)).toBe(-3)
  expect(normalizeByLength(-3, 7, 1)).toBeCloseTo(-1.5, 12)
  expect(normalizeByLength(-3, 1, 0.7)).toBe(-3)
})
