// Scans: what stays in the loop, what is done before it, and gradients through it.
import { fromBinary } from '@bufbuild/protobuf'
import {
  type Backend,
  grad,
  type HostArray,
  optimizeGraph,
  scan,
  type Tensor,
  tensor,
  traceGraph,
} from '@deep-recipe/core-tensor'
import { ModelProtoSchema } from 'onnx-buf'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAgreement, floats, integers, randomArray } from '../fixtures/compare.ts'
import { openOnnx } from '../index.ts'
import { lowerGraph } from './lower-graph.ts'

let backend: Backend
beforeAll(async () => {
  backend = await openOnnx()
})
afterAll(() => backend.close())

function trace(fn: (...args: Tensor[]) => unknown, inputs: readonly HostArray[]) {
  return optimizeGraph(traceGraph(fn, ...(inputs as unknown as Tensor[])))
}

test('work that is the same in every step is done once, before the loop', async () => {
  const run = (weights: Tensor, steps: Tensor) =>
    scan(
      (carry: Tensor, step: Tensor) => [carry.matmul(weights.exp()).add(step), undefined],
      tensor(floats([1, 2], [1, 0])),
      steps,
    )[0]
  const inputs = [floats([2, 2], [0, 1, 2, 0]), floats([2, 1, 2], [1, 1, 1, 1])]
  const graph = trace(run as (...args: Tensor[]) => unknown, inputs)
  const { graph: lowered } = fromBinary(
    ModelProtoSchema,
    lowerGraph(graph, { watch: false, block: 0 }).model ?? new Uint8Array(),
  )
  const body = lowered?.node.find((node) => node.opType === 'Scan')?.attribute.find((each) => each.g)?.g
  expect(body?.node.map((node) => node.opType).toSorted()).toEqual(['Add', 'MatMul'])
  expect(lowered?.node.map((node) => node.opType)).toContain('Exp')
  await expectAgreement(backend, graph, inputs)
})

test.each([1, 7])('gradients through a recurrent network of %i steps', async (length) => {
  const loss = (weights: Tensor, start: Tensor, steps: Tensor): Tensor => {
    const [last, all] = scan(
      (state: Tensor, step: Tensor) => {
        const next = state.matmul(weights).add(step).tanh()
        return [next, next.square()]
      },
      start,
      steps,
    )
    return (last as Tensor).sum().add((all as Tensor).sum())
  }
  const inputs = [randomArray([4, 4]), randomArray([3, 4], 'float32', 2), randomArray([length, 3, 4], 'float32', 3)]
  const gradients = (weights: Tensor, start: Tensor, steps: Tensor) => [
    grad((w: Tensor) => loss(w, start, steps))(weights),
    grad((s: Tensor) => loss(weights, start, s))(steps),
  ]
  await expectAgreement(backend, trace(gradients as (...args: Tensor[]) => unknown, inputs), inputs, 1e-5)
})

test('no sequence, results without elements, and a carry that is handed on', async () => {
  const run = (start: Tensor, steps: Tensor) =>
    scan(
      (carry: Tensor[], step: Tensor) => {
        const [count, kept] = carry as [Tensor, Tensor]
        return [[count.add(1), kept], step.slice([0], [0])]
      },
      [tensor(integers([], [0])), start],
      steps,
    )
  const inputs = [randomArray([3]), randomArray([5, 2])]
  await expectAgreement(backend, trace(run as unknown as (...args: Tensor[]) => unknown, inputs), inputs)
})

test('a scan inside a scan', async () => {
  const run = (start: Tensor, steps: Tensor) =>
    scan(
      (carry: Tensor, step: Tensor) => {
        const [inner, seen] = scan(
          (state: Tensor, part: Tensor) => [state.mul(0.5).add(part), state],
          carry,
          step.reshape([2, 3]),
        )
        return [inner, seen]
      },
      start,
      steps,
    )
  const inputs = [randomArray([3]), randomArray([4, 6])]
  await expectAgreement(backend, trace(run as unknown as (...args: Tensor[]) => unknown, inputs), inputs)
})
