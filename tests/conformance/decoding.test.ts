// Sequence to sequence on each backend: beam search, greedy search and sampling find what they find on the reference, and the
// gradients of decoders with attention are those in double precision.
import {
  type Backend,
  compile,
  type DeviceArray,
  evaluate,
  flattenTree,
  type HostArray,
  mapTree,
  openReference,
  randomKey,
  type Tensor,
  tensor,
  valueAndGrad,
} from '@deep-recipe/core-tensor'
import { openGl } from '@deep-recipe/gl-kernels'
import {
  additiveAttention,
  beamSearch,
  bidirectional,
  type DecoderOptions,
  type EncoderDecoder,
  encoderDecoder,
  generalAttention,
  greedySearch,
  gru,
  type Hypothesis,
  lstmCell,
  sampleSearch,
  sequenceDecoder,
} from '@deep-recipe/layers-rnn'
import { openOnnx } from '@deep-recipe/onnx-kernels'
import { afterAll, describe, expect, test } from 'vitest'

const symbols = 150

function make(options: Partial<DecoderOptions>): EncoderDecoder {
  const decoder = sequenceDecoder({ symbols, cell: lstmCell(16), embedding: 8, begin: 'summary', ...options })
  return encoderDecoder({ symbols: 30, embedding: 8, encoder: bidirectional(gru(8)), decoder })
}

const models: [string, EncoderDecoder][] = [
  ['additive, before the step', make({ attention: additiveAttention(12), gate: true })],
  [
    'general, after the step',
    make({ attention: generalAttention(), attend: 'after', tieWeights: true, embedding: 16 }),
  ],
  ['no attention', make({})],
]

const sources: HostArray = {
  shape: [3, 5],
  dtype: 'int32',
  data: Int32Array.of(4, 9, 17, 3, 8, 12, 5, 0, 0, 0, 29, 28, 27, 4, 0),
}
const marks = { start: 1, end: 2, forbidden: [0], maximumLength: 7 }

/** Parameters with weights large enough for clear preferences. */
async function drawParams(model: EncoderDecoder): Promise<ReturnType<EncoderDecoder['init']>> {
  const params = await evaluate(openReference(), model.init(randomKey(3)))
  const hosts = new Map<unknown, HostArray>()
  for (const leaf of flattenTree<DeviceArray>(params).leaves) hosts.set(leaf, await leaf.host())
  return mapTree(params, (leaf) => tensor(hosts.get(leaf) as HostArray).mul(2.5)) as ReturnType<EncoderDecoder['init']>
}

/** What all searches find. */
async function decode(backend: Backend, model: EncoderDecoder): Promise<Hypothesis[][]> {
  const params = await evaluate(backend, await drawParams(model))
  const searches = [
    beamSearch(backend, model, { ...marks, beams: 3, best: 3 }),
    greedySearch(backend, model, marks),
    sampleSearch(backend, model, { ...marks, topK: 5, samples: 2, seed: 4 }),
  ]
  const found: Hypothesis[][] = []
  for (const search of searches) {
    found.push(...(await search(params, sources)))
    search.dispose()
  }
  mapTree(params, (leaf) => (leaf as DeviceArray).dispose())
  return found
}

/** The gradient of a loss of all outputs. */
async function differentiate(backend: Backend, model: EncoderDecoder): Promise<HostArray[]> {
  const params = await evaluate(backend, await drawParams(model))
  const given = tensor(
    [
      [1, 4, 5, 9],
      [1, 3, 6, 140],
      [1, 77, 78, 79],
    ],
    { dtype: 'int32' },
  )
  const training = { training: true, key: randomKey(9) }
  const step = compile(backend, (weights: Awaited<ReturnType<typeof drawParams>>, source: Tensor) => {
    const loss = (inner: typeof weights): Tensor => {
      const run = model.run(inner, source, given, training, { sampling: 0.4 })
      const value = run.logits.logSoftmax().square().mean()
      return run.weights ? value.add(run.weights.square().sum()) : value
    }
    return valueAndGrad(loss)(weights)
  })
  const { value, gradient } = await step(params, sources)
  return Promise.all([value, ...flattenTree<DeviceArray>(gradient).leaves].map((leaf) => leaf.host()))
}

const opened: readonly [string, Backend | string][] = [
  ['gl', await openGl().catch((error: Error) => `no WebGL2 context: ${error.message}`)],
  ['onnx', await openOnnx().catch((error: Error) => error.message)],
]

for (const [name, backend] of opened) {
  if (typeof backend === 'string') {
    test.skip(`decoding on ${name} (${backend})`, () => {})
    continue
  }
  describe(`decoding on ${name}`, () => {
    afterAll(() => backend.close())

    // Software GL compiles its shaders slowly: one model each will do.
    const [decoded, differentiated] = name === 'gl' ? [models.slice(0, 1), models.slice(2)] : [models, models]

    test.each(decoded)('%s: the same sequences, and no memory is kept', { timeout: 120_000 }, async (_, model) => {
      const wanted = await decode(openReference(), model)
      const before = backend.memory().buffers
      const found = await decode(backend, model)
      expect(backend.memory().buffers).toBe(before)
      expect(found.map((list) => list.map((one) => one.symbols))).toEqual(
        wanted.map((list) => list.map((one) => one.symbols)),
      )
      found.flat().forEach((one, at) => {
        const other = wanted.flat()[at] as Hypothesis
        expect(one.score).toBeCloseTo(other.score, 3)
        one.weights.forEach((alpha, step) => {
          alpha.forEach((weight, place) => {
            expect(weight).toBeCloseTo(other.weights[step]?.[place] as number, 3)
          })
        })
      })
    })

    test.each(differentiated)('%s: gradients', { timeout: 120_000 }, async (_, model) => {
      const wanted = await differentiate(openReference({ precision: 'double' }), model)
      const found = await differentiate(backend, model)
      wanted.forEach(({ data }, at) => {
        const largest = Math.max(1e-3, ...Array.from(data, Math.abs))
        data.forEach((value, place) => {
          const difference = Math.abs((found[at]?.data[place] as number) - value)
          expect(difference, `array ${at}, place ${place}`).toBeLessThan(1e-3 * largest)
        })
      })
    })
  })
}
