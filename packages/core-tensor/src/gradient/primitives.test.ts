// The gradient of every primitive, once and twice, against central finite differences in double precision.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runGraphOnHost } from '../backend/reference/run-on-host.ts'
import { makeGraph } from '../graph/graph.ts'
import type { HostArray } from '../host/host-array.ts'
import type { HostRandom } from '../random/host-random.ts'
import { makeConstant, makeInput, makeNode } from '../trace/build.ts'
import { asTensor, Tensor } from '../trace/tensor.ts'
import { sizeOf } from '../trace/types.ts'
import { drawSample, primitives, type Sample } from './fixtures/samples.ts'
import { grad, valueAndGrad } from './grad.ts'

type Scalar = (inputs: readonly Tensor[]) => Tensor

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })

/** Σ output · weights, for weights that no two elements share. */
function weigh(sample: Sample, random: HostRandom): Scalar {
  let weights: HostArray | undefined
  return (inputs) => {
    const output = new Tensor(sample.apply(inputs.map((input) => input.node)))
    const draw = (): Float64Array => Float64Array.from({ length: output.size }, () => random.normal())
    weights ??= { shape: output.shape, dtype: 'float32', data: draw() }
    return output.mul(new Tensor(makeConstant(weights))).sum()
  }
}

/** Evaluates tensors that depend on some inputs, in double precision. */
function evaluate(points: readonly HostArray[], fn: (inputs: readonly Tensor[]) => readonly Tensor[]): HostArray[] {
  const inputs = points.map((point, i) => makeInput(`x${i}`, point))
  const outputs = fn(inputs.map((input) => new Tensor(input)))
  const nodes = outputs.map((output) => output.node)
  return runGraphOnHost(makeGraph(inputs, nodes), points, { precision: 'double' })
}

function moved(points: readonly HostArray[], direction: readonly Float64Array[], by: number): HostArray[] {
  return points.map((point, i) => ({
    ...point,
    data: Float64Array.from(point.data, (x, j) => x + by * (direction[i]?.[j] as number)),
  }))
}

/** The derivative along a random direction, once from the gradient and once from two values nearby. */
function compareSlopes(points: readonly HostArray[], loss: Scalar, random: HostRandom): void {
  const direction = points.map(({ shape }) => Float64Array.from({ length: sizeOf(shape) }, () => random.normal()))
  const gradients = evaluate(points, (inputs) => grad(loss)(inputs))
  let slope = 0
  gradients.forEach(({ shape, data }, i) => {
    expect(shape).toEqual(points[i]?.shape)
    for (const [j, part] of data.entries()) slope += part * (direction[i]?.[j] as number)
  })
  // Small enough for an error of h², large enough for the digits that the difference loses.
  const h = 1e-5
  const valueAt = (by: number): number =>
    evaluate(moved(points, direction, by), (inputs) => [loss(inputs)])[0]?.data[0] as number
  const [after, before] = [valueAt(h), valueAt(-h)]
  const difference = (after - before) / (2 * h)
  const scale = 1 + Math.abs(slope) + Math.abs(after)
  expect(Math.abs(slope - difference) / scale).toBeLessThan(1e-6)
}

describe.each(primitives)('%s', (primitive) => {
  test('the gradient equals central finite differences', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const sample = drawSample(primitive, seed)
        compareSlopes(sample.points, weigh(sample, sample.random), sample.random)
      }),
      { numRuns: 40 },
    )
  })

  test('so does the gradient of the gradient', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const sample = drawSample(primitive, seed)
        const loss = weigh(sample, sample.random)
        // Σ v · ∂loss/∂x, for fixed v.
        const along = sample.points.map(({ shape }): HostArray => {
          const data = Float64Array.from({ length: sizeOf(shape) }, () => sample.random.normal())
          return { shape, dtype: 'float32', data }
        })
        const slope: Scalar = (inputs) =>
          grad(loss)(inputs)
            .map((part, i) => part.mul(new Tensor(makeConstant(along[i] as HostArray))).sum())
            .reduce((sum, part) => sum.add(part))
        compareSlopes(sample.points, slope, sample.random)
      }),
      { numRuns: 15 },
    )
  })
})

test('stopGradient lets values through, and no gradient', async () => {
  const { value, gradient } = valueAndGrad((x: Tensor) => x.stopGradient().mul(x).sum())(asTensor([2, 3]))
  expect(await value.array()).toBe(13)
  expect(await gradient.array()).toEqual([2, 3])
})

test('the first of equals takes the gradient of a maximum pool; equal arguments of max share theirs', async () => {
  const pool = { window: [1, 2], stride: [1, 2], padding: { top: 0, bottom: 0, left: 0, right: 0 } } as const
  const largest = (x: Tensor): Tensor => new Tensor(makeNode('maxPool', [x.node], pool)).sum()
  expect(await grad(largest)(asTensor([[[[5, 5, 1, 2]]]])).array()).toEqual([[[[1, 0, 0, 1]]]])
  const shared = (x: Tensor): Tensor => x.maximum([1, 1, 1]).sum()
  expect(await grad(shared)(asTensor([0, 1, 2])).array()).toEqual([0, 0.5, 1])
})
