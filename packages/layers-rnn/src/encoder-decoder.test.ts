// Sequence to sequence: padding, the reversed source, the state handed over, dropout, gradients by finite differences, and that it learns.
import {
  compile,
  evaluate,
  flattenTree,
  grad,
  mapTree,
  oneHot,
  openReference,
  randomKey,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  valueAndGrad,
  zeros,
} from '@deep-recipe/core-tensor'
import { type Context, evaluation } from '@deep-recipe/layers-core'
import { expect, test, vi } from 'vitest'
import { additiveAttention } from './attention/additive.ts'
import { generalAttention } from './attention/multiplicative.ts'
import { bidirectional } from './bidirectional.ts'
import { gru, gruCell } from './cells/gru.ts'
import { lstm, lstmCell } from './cells/lstm.ts'
import type { DecoderOptions, DecoderRunOptions } from './decoder/options.ts'
import { sequenceDecoder } from './decoder/sequence-decoder.ts'
import { type EncoderDecoder, encoderDecoder } from './encoder-decoder.ts'
import { expectClose } from './fixtures/expected.ts'
import { beamSearch } from './search/beam-search.ts'

// Processes take their time on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

const symbols = 7
const source = tensor(
  [
    [3, 4, 5, 6],
    [5, 3, 0, 0],
  ],
  { dtype: 'int32' },
)
const given = tensor(
  [
    [1, 4, 5],
    [1, 3, 6],
  ],
  { dtype: 'int32' },
)

function make(
  options: Partial<DecoderOptions> = {},
  more: { reverseSource?: boolean; dropout?: number } = {},
): EncoderDecoder {
  const attention = additiveAttention(3)
  const decoder = sequenceDecoder({ symbols, cell: gruCell(4), attention, begin: 'summary', ...options })
  return encoderDecoder({ symbols, embedding: 3, encoder: bidirectional(gru(2)), decoder, ...more })
}

const run = (model: EncoderDecoder, words: Tensor, context: Context = evaluation): Tensor =>
  model.run(model.init(randomKey(1)), words, given, context).logits

test('a padded sentence is as if it were alone', async () => {
  const model = make()
  const params = model.init(randomKey(1))
  const alone = model.run(params, source.slice([1, 0], [1, 2]), given.slice([1, 0], [1, 3]), evaluation)
  const together = model.run(params, source, given, evaluation)
  expectClose('logits', await together.logits.at(1).array(), await alone.logits.at(0).array(), 1e-6)
  const weights = (await together.weights?.at(1).array()) as number[][]
  for (const row of weights) expect(row.slice(2)).toEqual([0, 0])
})

test('a reversed source is read from its end, and without attention is the turned source', async () => {
  const cell = lstmCell(4)
  const decoder = sequenceDecoder({ symbols, cell, begin: 'state' })
  const part = { symbols, embedding: 3, encoder: lstm(4), decoder }
  const [forward, backward] = [encoderDecoder(part), encoderDecoder({ ...part, reverseSource: true })]
  const turned = tensor(
    [
      [6, 5, 4, 3],
      [3, 5, 0, 0],
    ],
    { dtype: 'int32' },
  )
  expectClose('logits', await run(backward, source).array(), await run(forward, turned).array(), 1e-6)
  // Padding is passed over: turned as a whole it would stand in front.
  expect(await run(forward, source).array()).not.toEqual(await run(backward, source).array())
})

test('dropout of the source changes training alone', async () => {
  const [plain, dropping] = [make(), make({}, { dropout: 0.5 })]
  const training = { training: true, key: randomKey(2) }
  expect(await run(dropping, source).array()).toEqual(await run(plain, source).array())
  expect(await run(dropping, source, training).array()).not.toEqual(await run(plain, source, training).array())
})

const kinds: [string, EncoderDecoder, DecoderRunOptions][] = [
  ['additive, before the step, gated', make({ gate: true }), {}],
  [
    'general, after the step, fed, tied',
    make({ attention: generalAttention(), attend: 'after', inputFeeding: true, tieWeights: true }),
    {},
  ],
  ['no attention', makePlain(), {}],
  ['scheduled sampling and dropout', make({ dropout: 0.3, recurrentDropout: 0.3 }), { sampling: 0.5 }],
]

test.each(kinds)('%s: its gradients are those of finite differences', async (_, model, runOptions) => {
  const leaves = model.init(randomKey(3))
  const loss = (amounts: Tensor): Tensor => {
    let position = 0
    const moved = mapTree(leaves, (leaf) => {
      const { shape, size } = leaf as Tensor
      const direction = Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + position + 1))
      return (leaf as Tensor).add(amounts.at(position++).mul(tensor(direction, { shape })))
    }) as typeof leaves
    const training = { training: true, key: randomKey(4) }
    const { logits, weights } = model.run(moved, source, given, training, runOptions)
    const right = oneHot(
      tensor(
        [
          [4, 5, 2],
          [3, 6, 2],
        ],
        { dtype: 'int32' },
      ),
      symbols,
    )
    const value = logits.logSoftmax().mul(right).sum().neg()
    return weights ? value.add(weights.square().sum()) : value
  }
  const backend = openReference({ precision: 'double' })
  const { leaves: all, paths } = flattenTree(leaves)
  const [value, slope] = [compile(backend, loss), compile(backend, grad(loss))]
  const at = async (position: number, step: number): Promise<number> =>
    (await value(new Float32Array(all.length).fill(step, position, position + 1))).item()
  const analytic = (await (await slope(new Float32Array(all.length))).array()) as number[]
  // Small: a sampled symbol must not change on the way.
  const step = 2 ** -16
  for (const [position, wanted] of analytic.entries()) {
    const numeric = ((await at(position, step)) - (await at(position, -step))) / (2 * step)
    expect(wanted, paths[position]).not.toBe(0)
    expect(Math.abs(numeric - wanted), paths[position]).toBeLessThan(2e-6 * Math.max(1, Math.abs(wanted)))
  }
})

function makePlain(): EncoderDecoder {
  const decoder = sequenceDecoder({ symbols, cell: gruCell(4) })
  return encoderDecoder({ symbols, embedding: 3, encoder: bidirectional(gru(2)), decoder })
}

test('it learns to turn sentences round, and beam search finds them', async () => {
  const backend = openReference()
  const decoder = sequenceDecoder({
    symbols: 8,
    cell: gruCell(24),
    embedding: 12,
    attention: additiveAttention(16),
    begin: 'summary',
  })
  const model = encoderDecoder({ symbols: 8, embedding: 12, encoder: bidirectional(gru(12)), decoder })
  const sentences = [
    [3, 4, 5],
    [5, 4, 3],
    [7, 3, 6],
    [6, 6, 4],
    [4, 7, 7],
    [5, 3, 5],
    [3, 3, 7],
    [7, 6, 5],
  ]
  const words = tensor(sentences, { dtype: 'int32' })
  const inputs = tensor(
    sentences.map((one) => [1, ...one.toReversed()]),
    { dtype: 'int32' },
  )
  const targets = tensor(
    sentences.map((one) => [...one.toReversed(), 2]),
    { dtype: 'int32' },
  )
  const step = compile(backend, (params: ReturnType<typeof model.init>) => {
    const { value, gradient } = valueAndGrad((weights: typeof params) =>
      model.run(weights, words, inputs, evaluation).logits.logSoftmax().mul(oneHot(targets, 8)).sum().neg(),
    )(params)
    const moved = flattenTree<Tensor>(gradient).leaves
    let at = 0
    // Descent by the sign alone: enough for eight sentences.
    const next = mapTree(params, (leaf) =>
      (leaf as Tensor).sub((moved[at++] as Tensor).sign().mul(0.01)),
    ) as typeof params
    return { value, params: next }
  })
  let params = await evaluate(backend, model.init(randomKey(5)))
  for (let i = 0; i < 120; i++) params = (await step(params)).params
  const search = beamSearch(backend, model, { start: 1, end: 2, forbidden: [0], maximumLength: 8, beams: 3 })
  const found = await search(params, await words.host())
  expect(found.map(([best]) => best?.symbols)).toEqual(sentences.map((one) => one.toReversed()))
})

test('bad encoders and sources are told', () => {
  const decoder = sequenceDecoder({ symbols, cell: gruCell(4) })
  expect(() => encoderDecoder({ symbols, encoder: gru(4, { output: 'last' }), decoder })).toThrow(ValueError)
  expect(() => encoderDecoder({ symbols: 0, encoder: gru(4), decoder })).toThrow(ValueError)
  const model = encoderDecoder({ symbols, encoder: gru(4), decoder })
  expect(() => model.run(model.init(randomKey(1)), zeros([2], 'int32'), given, evaluation)).toThrow(ShapeError)
})
