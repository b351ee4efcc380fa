// The losses of sequences, with their gradients, on each backend against the reference in double precision, and how the number of
// GL programs stays the same however long the sequences are.
import {
  type Backend,
  compile,
  type HostArray,
  HostRandom,
  openReference,
  optimizeGraph,
  type Tensor,
  traceGraph,
  valueAndGradWithAux,
  zeros,
} from '@deep-recipe/core-tensor'
import { generateShader, listKernels, openGl, planGraph } from '@deep-recipe/gl-kernels'
import { openOnnx } from '@deep-recipe/onnx-kernels'
import { ctcLoss, maskedCrossEntropy, transducerLoss } from '@deep-recipe/sequence-losses'
import { afterAll, describe, expect, test } from 'vitest'
import { describeDifference, largestDistance } from './compare.ts'
import { toleranceOf } from './tolerances.ts'

type Loss = (logits: Tensor, labels: Tensor, inputLengths: Tensor, labelLengths: Tensor) => Tensor

interface Sample {
  readonly name: string
  readonly loss: Loss
  readonly inputs: readonly HostArray[]
}

const random = new HostRandom(31)

function scores(shape: readonly number[]): HostArray {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * random.normal())
  return { shape, dtype: 'float32', data }
}

function whole(...rows: number[][]): HostArray {
  return { shape: [rows.length, rows[0]?.length ?? 0], dtype: 'int32', data: Int32Array.from(rows.flat()) }
}

function counts(...numbers: number[]): HostArray {
  return { shape: [numbers.length], dtype: 'int32', data: Int32Array.from(numbers) }
}

/** Repeated labels, none at all, padding, and more labels than steps. */
const labels = whole([1, 1, 2, 5], [3, 4, 3, -1], [-1, -1, -1, -1], [2, 2, 2, 2])

function ruleOut(array: HostArray, ...places: number[]): HostArray {
  for (const place of places) array.data[place] = Number.NEGATIVE_INFINITY
  return array
}

const samples: readonly Sample[] = [
  {
    name: 'ctc',
    loss: (x, y, inputLengths, labelLengths) => ctcLoss(x, y, { inputLengths, labelLengths, reduction: 'none' }),
    inputs: [ruleOut(scores([4, 23, 6]), 7, 160), labels, counts(23, 17, 9, 6), counts(4, 3, 0, 4)],
  },
  {
    name: 'transducer',
    loss: (x, y, inputLengths, labelLengths) => transducerLoss(x, y, { inputLengths, labelLengths, reduction: 'none' }),
    inputs: [scores([4, 7, 5, 6]), labels, counts(7, 5, 3, 0), counts(4, 3, 0, 4)],
  },
  {
    name: 'masked cross-entropy',
    loss: (x, y, lengths) =>
      maskedCrossEntropy(x, y, { lengths, labelSmoothing: 0.125, focal: 1.5, reduction: 'sequence-mean' }),
    inputs: [scores([4, 4, 6]), labels, counts(4, 3, 0, 4), counts(0, 0, 0, 0)],
  },
]

/** Losses and the gradient of the sum of those that are finite. */
const differentiate =
  (loss: Loss) =>
  (x: Tensor, ...rest: [Tensor, Tensor, Tensor]) => {
    const both = valueAndGradWithAux((given: Tensor) => {
      const losses = loss(given, ...rest)
      return [losses.equal(Number.POSITIVE_INFINITY).where(0, losses).sum(), losses] as const
    })(x)
    return { losses: both.aux, gradient: both.gradient }
  }

async function runOn(backend: Backend, { loss, inputs }: Sample): Promise<HostArray[]> {
  const run = compile(backend, differentiate(loss))
  const { losses, gradient } = await run(...(inputs as [HostArray, HostArray, HostArray, HostArray]))
  const values = [await losses.host(), await gradient.host()]
  run.dispose()
  return values
}

const opened: readonly [string, Backend | string][] = [
  ['gl', await openGl().catch((error: Error) => `no WebGL2 context: ${error.message}`)],
  ['onnx', await openOnnx().catch((error: Error) => error.message)],
]

for (const [name, backend] of opened) {
  if (typeof backend === 'string') {
    test.skip(`losses of sequences on ${name} (${backend})`, () => {})
    continue
  }
  describe(`losses of sequences on ${name}`, () => {
    afterAll(() => backend.close())
    test.each(samples)('$name', { timeout: 60_000 }, async (sample) => {
      const wanted = await runOn(openReference({ precision: 'double' }), sample)
      const single = await runOn(openReference(), sample)
      const received = await runOn(backend, sample)
      wanted.forEach((value, i) => {
        // What single precision costs the reference itself is allowed several times over.
        const slack = 16 * largestDistance(value, single[i] as HostArray)
        const options = { tolerance: toleranceOf(name, 'composition'), signedZeros: false, slack }
        expect(describeDifference(value, received[i] as HostArray, options)).toBeUndefined()
      })
    })
  })
}

test.each([100, 2000])('on gl, %i steps take no more than 40 programs', (time) => {
  const [batch, classes, labelCount] = [4, 30, 12]
  const graph = traceGraph(
    differentiate((x, y, inputLengths, labelLengths) =>
      ctcLoss(x, y, { inputLengths, labelLengths, reduction: 'none' }),
    ),
    zeros([batch, time, classes]),
    zeros([batch, labelCount], 'int32'),
    zeros([batch], 'int32'),
    zeros([batch], 'int32'),
  )
  const { steps, arena, buffers } = planGraph(optimizeGraph(graph), { maxTextureSize: 16384, textureUnits: 16 })
  const shaders = listKernels(steps).map((kernel) => generateShader(arena, kernel, buffers, { quadDerivatives: true }))
  // A larger number is a regression.
  expect(new Set(shaders.map(({ source }) => source)).size).toBeLessThanOrEqual(40)
})
