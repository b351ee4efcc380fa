// Decoders against PyTorch's differentiation of their papers' equations; training and decoding agree; bad input.
import { readFileSync } from 'node:fs'
import {
  eye,
  flattenTree,
  mapTree,
  type NestedArray,
  ones,
  RecipeError,
  randomKey,
  randomNormal,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '@deep-recipe/core-tensor'
import { type Context, evaluation, type Params } from '@deep-recipe/layers-core'
import { describe, expect, test, vi } from 'vitest'
import { additiveAttention } from '../attention/additive.ts'
import { dotAttention, generalAttention } from '../attention/multiplicative.ts'
import { gruCell } from '../cells/gru.ts'
import { lstmCell } from '../cells/lstm.ts'
import { type Derived, expectClose, expectSame, type Tensors } from '../fixtures/expected.ts'
import type { DecoderOptions, DecoderRun, DecoderRunOptions, DecoderSource } from './options.ts'
import { sequenceDecoder } from './sequence-decoder.ts'

// Processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

type Name = 'bahdanau' | 'luong' | 'inputFeeding' | 'dotTied' | 'sutskever'
const fixture: Record<Name, Derived> & { readonly given: number[][]; readonly mask: boolean[][] } = JSON.parse(
  readFileSync(new URL('../fixtures/attention.json', import.meta.url), 'utf8'),
)
const given = tensor(fixture.given, { dtype: 'int32' })
const mask = tensor(fixture.mask)

/** `{ 'cell.bias': b }` → `{ cell: { bias: b } }`. */
function nest(leaves: Tensors): Params {
  const tree: { [name: string]: Params | Tensor } = {}
  const groups = new Map<string, { [path: string]: Tensor }>()
  for (const [path, leaf] of Object.entries(leaves)) {
    const dot = path.indexOf('.')
    if (dot < 0) tree[path] = leaf
    else groups.set(path.slice(0, dot), { ...groups.get(path.slice(0, dot)), [path.slice(dot + 1)]: leaf })
  }
  for (const [name, inner] of groups) tree[name] = nest(inner)
  return tree
}

const cases: [Name, DecoderOptions][] = [
  ['bahdanau', { symbols: 5, cell: gruCell(2), attention: additiveAttention(3), gate: true }],
  ['luong', { symbols: 5, cell: lstmCell(2), attention: generalAttention(), attend: 'after', begin: 'summary' }],
  [
    'inputFeeding',
    {
      symbols: 5,
      cell: lstmCell(2),
      attention: generalAttention(),
      attend: 'after',
      inputFeeding: true,
      begin: 'summary',
    },
  ],
  [
    'dotTied',
    {
      symbols: 5,
      cell: lstmCell(2),
      attention: dotAttention({ scaled: true }),
      attend: 'after',
      begin: 'zero',
      tieWeights: true,
    },
  ],
  ['sutskever', { symbols: 5, cell: lstmCell(2), embedding: 3, begin: 'state' }],
]

function readSource(leaves: Params, attends: boolean): DecoderSource {
  const { memory, summary, state } = leaves as unknown as DecoderSource
  return { ...(memory && { memory }), ...(attends && { mask }), ...(summary && { summary }), ...(state && { state }) }
}

describe.each(cases)('%s', (name, options) => {
  const decoder = sequenceDecoder(options)

  test('has the values and gradients of its equations', async () => {
    await expectSame(fixture[name], (leaves) => {
      const tree = nest(leaves)
      const source = readSource(tree, options.attention !== undefined)
      const { logits, weights } = decoder.run(tree, source, given, evaluation)
      return { logits, ...(weights && { weights }) }
    })
  })

  test('says step by step what it says at once, also for several rows of one source', async () => {
    const wanted = fixture[name].results
    const leaves = Object.entries(fixture[name].leaves).map(([path, numbers]) => [path, tensor(numbers)] as const)
    const tree = nest(Object.fromEntries(leaves))
    const source = readSource(tree, options.attention !== undefined)
    const { memory, state } = decoder.prepare(tree, source)
    // Each source twice; the second copy reads other symbols, and must not disturb the first.
    const twice = tensor([0, 0, 1, 1])
    let own = mapTree(state, (part) => (part as Tensor).gather(twice.cast('int32'))) as typeof state
    for (let step = 0; step < 3; step++) {
      const symbols = given.at(step, 1).expandDims(1)
      const both = symbols.mul(tensor([[1, 0]], { dtype: 'int32' })).reshape([4])
      const next = decoder.step(tree, memory, own, both)
      own = next.state
      const first = (await next.logits.reshape([2, 2, 5]).at(0, 1).array()) as number[][]
      const at = (value: NestedArray | undefined): number[][] =>
        (value as number[][][]).map((example) => example[step] as number[])
      expectClose('logits', first, at(wanted.logits), 1e-5)
      if (next.weights) {
        const alpha = next.weights.reshape([2, 2, 4]).at(0, 1)
        expectClose('weights', await alpha.array(), at(wanted.weights), 1e-5)
      }
    }
  })

  test('is drawn with the parameters that it needs', () => {
    const params = decoder.init(randomKey(1), { memory: name === 'dotTied' ? 2 : 3, summary: 3 })
    const { leaves: tensors, paths } = flattenTree<Tensor>(params)
    const drawn = paths.map((path, i) => `${path} ${tensors[i]?.shape.join()}`)
    const { leaves } = fixture[name]
    const own = Object.keys(leaves).filter((path) => !/^(memory|summary|state)/.test(path))
    expect(drawn.sort()).toEqual(own.map((path) => `${path} ${shapeOf(leaves[path] as NestedArray)}`).sort())
  })
})

test("a cell of one's own that takes its input whole gives the same", async () => {
  const { takesParts: _, ...whole } = gruCell(2)
  const decoder = sequenceDecoder({ symbols: 5, cell: whole, attention: additiveAttention(3), gate: true })
  await expectSame(fixture.bahdanau, (leaves) => {
    const tree = nest(leaves)
    const { logits, weights } = decoder.run(tree, readSource(tree, true), given, evaluation)
    return { logits, weights: weights as Tensor }
  })
})

function shapeOf(numbers: NestedArray): string {
  return tensor(numbers as number[]).shape.join()
}

describe('what is left to chance', () => {
  const memory = randomNormal(randomKey(2), [3, 4, 6])
  const symbols = tensor(
    [
      [1, 2, 3, 4],
      [1, 4, 3, 2],
      [1, 2, 2, 2],
    ],
    { dtype: 'int32' },
  )
  const base = { symbols: 5, cell: gruCell(8), attention: additiveAttention(4) }
  const run = (options: DecoderOptions, context: Context, runOptions: DecoderRunOptions = {}): DecoderRun => {
    const decoder = sequenceDecoder(options)
    return decoder.run(decoder.init(randomKey(1), { memory: 6 }), { memory }, symbols, context, runOptions)
  }
  const training = { training: true, key: randomKey(3) }

  test('dropout changes training and nothing else', async () => {
    const options = { ...base, dropout: 0.5, recurrentDropout: 0.5 }
    const plain = await run(base, evaluation).logits.array()
    expect(await run(options, evaluation).logits.array()).toEqual(plain)
    expect(await run(options, training).logits.array()).not.toEqual(plain)
    expect(() => run(options, { training: true })).toThrow(RecipeError)
  })

  test('scheduled sampling with probability 1 reads what it said itself, from the second step on', async () => {
    const decoder = sequenceDecoder(base)
    const params = decoder.init(randomKey(1), { memory: 6 })
    const prepared = decoder.prepare(params, { memory })
    let [state, before] = [prepared.state, symbols.at(0, 1)]
    const wanted: unknown[] = []
    for (let step = 0; step < 4; step++) {
      const next = decoder.step(params, prepared.memory, state, before)
      wanted.push(await next.logits.array())
      state = next.state
      before = next.logits.argMax()
    }
    const { logits } = run(base, training, { sampling: 1, sample: 'best' })
    expectClose('logits', await logits.transpose([1, 0, 2]).array(), wanted as number[][][], 1e-5)
    // At evaluation the right symbols are read.
    expect(await run(base, evaluation, { sampling: 1 }).logits.array()).toEqual(
      await run(base, evaluation).logits.array(),
    )
  })

  test.each([0, 0.5, 1])('scheduled sampling reads its own symbols as often as it is told: %s', async (sampling) => {
    // A decoder whose output says symbol 4 whatever it reads, and whose vectors tell what it read.
    const decoder = sequenceDecoder({ symbols: 5, cell: gruCell(8), begin: 'zero', embedding: 1 })
    const drawn = decoder.init(randomKey(1), {})
    const params = { ...drawn, output: { weight: zeros([8, 5]), bias: tensor([0, 0, 0, 0, 100]) } }
    const right = zeros([500, 2], 'int32')
    const forced = (symbol: number) =>
      decoder.run(params, { state: { h: zeros([1, 8]) } }, tensor([[0, symbol]], { dtype: 'int32' }), evaluation)
    expect(await forced(4).logits.array()).toEqual(await forced(0).logits.array())
    // With the state as output, the two can be told apart.
    const seeing = {
      ...params,
      output: { weight: eye(8).slice([0, 0], [8, 5]).mul(1e-3), bias: tensor([0, 0, 0, 0, 100]) },
    }
    const { logits } = decoder.run(seeing, { state: { h: zeros([500, 8]) } }, right, training, { sampling })
    const ofRight = decoder.run(
      seeing,
      { state: { h: zeros([1, 8]) } },
      tensor([[0, 0]], { dtype: 'int32' }),
      evaluation,
    )
    const same = logits.at(1, 1).sub(ofRight.logits.at(1, 1)).abs().max(-1).less(1e-9)
    const share = 1 - (await same.mean().item())
    expect(Math.abs(share - sampling)).toBeLessThan(sampling === 0.5 ? 0.1 : 1e-6)
  })

  test.each(['before', 'after'] as const)(
    'hard attention looks at one place, as often as α says (%s)',
    async (attend) => {
      const options = { ...base, attend, reading: 'hard' } as const
      const wide = { memory: memory.slice([0, 0, 0], [1, 4, 6]).broadcastTo([4000, 4, 6]) }
      const decoder = sequenceDecoder(options)
      const params = decoder.init(randomKey(1), { memory: 6 })
      const { chosen, weights } = decoder.run(params, wide, ones([4000, 1], 'int32'), training)
      const shares = (await chosen?.mean([0, 1]).array()) as number[]
      const alpha = (await weights?.at(0).at(0).array()) as number[]
      shares.forEach((share, place) => {
        expect(Math.abs(share - (alpha[place] as number))).toBeLessThan(0.03)
      })
      expect(await chosen?.sum(-1).min().item()).toBe(1)
      // Without noise: the most probable place.
      const still = run(options, evaluation)
      expect(await still.chosen?.argMax().array()).toEqual(await still.weights?.argMax().array())
    },
  )
})

test('bad options, sources and symbols are told', () => {
  const cell = gruCell(3)
  const attention = additiveAttention(2)
  const bad: DecoderOptions[] = [
    { symbols: 0, cell },
    { symbols: 5, cell, dropout: 1 },
    { symbols: 5, cell, recurrentDropout: -1 },
    { symbols: 5, cell, embedding: 1.5 },
    { symbols: 5, cell, gate: true },
    { symbols: 5, cell, inputFeeding: true },
    { symbols: 5, cell, attention, inputFeeding: true },
  ]
  for (const options of bad) expect(() => sequenceDecoder(options)).toThrow(ValueError)
  const decoder = sequenceDecoder({ symbols: 5, cell, attention })
  expect(() => decoder.init(randomKey(1), {})).toThrow(/width of the memory/)
  const params = decoder.init(randomKey(1), { memory: 2 })
  const source = { memory: zeros([1, 4, 2]) }
  expect(() => decoder.prepare(params, {})).toThrow(/expected a memory/)
  expect(() => decoder.prepare(params, { memory: zeros([1, 4, 2, 2]) })).toThrow(ShapeError)
  expect(() => decoder.prepare(params, { ...source, mask: zeros([1, 3], 'bool') })).toThrow(ShapeError)
  expect(() => decoder.run(params, source, zeros([1], 'int32'), evaluation)).toThrow(ShapeError)
  const dot = sequenceDecoder({ symbols: 5, cell, attention: dotAttention() })
  expect(() => dot.init(randomKey(1), { memory: 2 })).toThrow(ValueError)
  const plain = sequenceDecoder({ symbols: 5, cell, begin: 'state' })
  expect(() => plain.prepare(plain.init(randomKey(1), {}), {})).toThrow(RecipeError)
})
