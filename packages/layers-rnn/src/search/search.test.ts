// Decoding against enumeration: a small model whose probabilities depend on all that was said, computed a second time here.
import {
  evaluate,
  NonFiniteError,
  openReference,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { beamSearch } from './beam-search.ts'
import type { Hypothesis, SequenceModel } from './model.ts'
import { greedySearch, sampleSearch } from './sample-search.ts'

const [start, end, symbols, maximumLength] = [1, 2, 6, 4]
const marks = { start, end, forbidden: [0], maximumLength }
const sources = [0.2, -0.9, 0.5]

/** h ← sin(3 h + 1.7 symbol + source), logits_k = 2.5 sin(4 h + k²), α = softmax(h, 2 h, −h). */
const model: SequenceModel<{ scale: Tensor }, Tensor> = {
  begin: (_params, source) => ({
    memory: {},
    state: { cell: { h: source.expandDims(1), source: source.expandDims(1) } },
  }),
  step: ({ scale }, _memory, { cell }, said) => {
    const { h, source } = cell as { h: Tensor; source: Tensor }
    const next = h.mul(3).add(said.cast('float32').mul(1.7).expandDims(1)).add(source).sin()
    const squares = tensor(Array.from({ length: symbols }, (_, k) => k * k))
    return {
      logits: next.mul(4).add(squares).sin().mul(scale),
      state: { cell: { h: next, source } },
      weights: next.mul(tensor([1, 2, -1])).softmax(),
    }
  },
}

/** The same in plain numbers: all sequences with their log probabilities and alignments. */
function enumerate(source: number, alpha: number, temperature = 1): Hypothesis[] {
  const all: Hypothesis[] = []
  const visit = (h: number, said: readonly number[], logProbability: number, weights: Float32Array[]): void => {
    const next = Math.sin(3 * h + 1.7 * (said.at(-1) ?? start) + source)
    const logits = Array.from({ length: symbols }, (_, k) => (2.5 * Math.sin(4 * next + k * k)) / temperature)
    const powers = [next, 2 * next, -next].map(Math.exp)
    const alphas = [...weights, Float32Array.from(powers, (power) => power / powers.reduce((a, b) => a + b))]
    const total = Math.log([2, 3, 4, 5].reduce((sum, k) => sum + Math.exp(logits[k] as number), 0))
    for (const symbol of [2, 3, 4, 5]) {
      const p = logProbability + (logits[symbol] as number) - total
      const ended = symbol === end
      const length = said.length + 1
      const done = ended ? said : [...said, symbol]
      if (ended || length === maximumLength) {
        all.push({ symbols: done, logProbability: p, score: p / ((5 + length) / 6) ** alpha, ended, weights: alphas })
      } else visit(next, done, p, alphas)
    }
  }
  visit(source, [], 0, [])
  return all.sort((a, b) => b.score - a.score)
}

function expectSameHypothesis(actual: Hypothesis | undefined, wanted: Hypothesis | undefined): void {
  expect(actual?.symbols).toEqual(wanted?.symbols)
  expect(actual?.ended).toBe(wanted?.ended)
  expect(actual?.logProbability).toBeCloseTo(wanted?.logProbability as number, 4)
  expect(actual?.score).toBeCloseTo(wanted?.score as number, 4)
  expect(actual?.weights.length).toBe(wanted?.weights.length)
  actual?.weights.forEach((alpha, step) => {
    alpha.forEach((weight, place) => {
      expect(weight).toBeCloseTo(wanted?.weights[step]?.[place] as number, 4)
    })
  })
}

const backend = openReference()
const params = await evaluate(backend, { scale: tensor(2.5) })

describe('beamSearch', () => {
  test.each([0, 0.6, 2])('with as many beams as there are sequences it finds the best ones (α = %s)', async (alpha) => {
    const search = beamSearch(backend, model, { ...marks, beams: 130, best: 20, lengthNormalization: alpha })
    const found = await search(params, sources)
    expect(found.length).toBe(3)
    for (const [i, source] of sources.entries()) {
      const wanted = enumerate(source, alpha)
      expect(found[i]?.length).toBe(20)
      found[i]?.forEach((one, rank) => {
        expectSameHypothesis(one, wanted[rank])
      })
    }
    search.dispose()
  })

  test('with few beams each sequence has its true probability and alignment, and none is better than the best', async () => {
    const before = backend.memory().buffers
    for (const beams of [1, 2, 3]) {
      const search = beamSearch(backend, model, { ...marks, beams, best: beams })
      for (const [i, list] of (await search(params, sources)).entries()) {
        const wanted = enumerate(sources[i] as number, 0.6)
        expect(list.length).toBe(beams)
        expect(list.map((one) => one.score)).toEqual(list.map((one) => one.score).sort((a, b) => b - a))
        for (const one of list) {
          const same = wanted.find((other) => other.symbols.join() === one.symbols.join() && other.ended === one.ended)
          expectSameHypothesis(one, same)
        }
      }
      search.dispose()
    }
    expect(backend.memory().buffers).toBe(before)
  })

  test('each source is decoded as if it were alone', async () => {
    const search = beamSearch(backend, model, { ...marks, beams: 2, best: 2 })
    const together = await search(params, sources)
    for (const [i, source] of sources.entries()) {
      const [alone] = await search(params, tensorLike([source]))
      alone?.forEach((one, rank) => {
        expectSameHypothesis(together[i]?.[rank], one)
      })
    }
  })
})

const tensorLike = (numbers: number[]) => Float32Array.from(numbers)

test('greedySearch takes the most probable symbol each time', async () => {
  const [first] = await greedySearch(backend, model, marks)(params, sources)
  let said: readonly number[] = []
  const all = enumerate(sources[0] as number, 0)
  // The prefix whose sequences have most probability, symbol by symbol.
  const massOf = (prefix: readonly number[], ends: boolean): number =>
    all
      .filter((one) => {
        const full = one.ended ? [...one.symbols, end] : one.symbols
        return prefix.every((symbol, i) => full[i] === symbol) && (!ends || full.length === prefix.length)
      })
      .reduce((sum, one) => sum + Math.exp(one.logProbability), 0)
  while (said.length < maximumLength && said.at(-1) !== end) {
    const [best] = [2, 3, 4, 5].sort((a, b) => massOf([...said, b], false) - massOf([...said, a], false))
    said = [...said, best as number]
  }
  expect([...(first?.[0]?.symbols ?? []), ...(first?.[0]?.ended ? [end] : [])]).toEqual(said)
})

describe('sampleSearch', () => {
  const count = async (options: { temperature?: number; topK?: number }): Promise<Map<string, number>> => {
    const search = sampleSearch(backend, model, { ...marks, samples: 4000, seed: 5, ...options })
    const [drawn] = await search(params, tensorLike([0.2]))
    const counts = new Map<string, number>()
    for (const one of drawn ?? []) {
      const name = `${one.symbols}${one.ended}`
      counts.set(name, (counts.get(name) ?? 0) + 1 / 4000)
    }
    return counts
  }

  test.each([1, 0.5])('draws sequences as often as they are probable at temperature %s', async (temperature) => {
    const counts = await count({ temperature })
    for (const one of enumerate(0.2, 0, temperature)) {
      const share = counts.get(`${one.symbols}${one.ended}`) ?? 0
      const p = Math.exp(one.logProbability)
      expect(Math.abs(share - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / 4000) + 1e-3)
    }
  })

  test('top-1 is greedy, and top-2 never says the third', async () => {
    const [[greedy]] = (await greedySearch(backend, model, marks)(params, tensorLike([0.2]))) as [Hypothesis[]]
    const one = await count({ topK: 1 })
    expect([...one.keys()]).toEqual([`${greedy?.symbols}${greedy?.ended}`])
    const firsts = new Set([...(await count({ topK: 2 })).keys()].map((name) => name[0]))
    expect(firsts.size).toBe(2)
  })

  test('the same seed draws the same, call by call', async () => {
    const draw = async (seed: number): Promise<unknown[]> => {
      const search = sampleSearch(backend, model, { ...marks, samples: 5, seed })
      return [await search(params, sources), await search(params, sources)]
    }
    const [first, second] = await draw(3)
    expect(first).not.toEqual(second)
    expect(await draw(3)).toEqual([first, second])
    expect(await draw(4)).not.toEqual([first, second])
  })
})

test('bad options and models that say NaN are told', async () => {
  for (const options of [
    { ...marks, maximumLength: 0 },
    { ...marks, end: start },
    { ...marks, forbidden: [end] },
    { ...marks, start: -1 },
    { ...marks, beams: 0 },
    { ...marks, best: 1.5 },
  ]) {
    expect(() => beamSearch(backend, model, options)).toThrow(ValueError)
  }
  expect(() => sampleSearch(backend, model, { ...marks, temperature: 0 })).toThrow(ValueError)
  expect(() => sampleSearch(backend, model, { ...marks, topK: 0 })).toThrow(ValueError)
  const broken = await evaluate(backend, { scale: zeros([]).div(0) })
  await expect(beamSearch(backend, model, marks)(broken, sources)).rejects.toThrow(NonFiniteError)
  await expect(greedySearch(backend, model, marks)(broken, sources)).rejects.toThrow(NonFiniteError)
})
