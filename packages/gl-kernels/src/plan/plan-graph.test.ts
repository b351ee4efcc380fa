// The planner without a device: what is fused, and how many kernels known graphs take.
import {
  conv2d,
  makeGraph,
  makeInput,
  maxPool2d,
  type NodeOf,
  oneHot,
  optimizeGraph,
  type Shape,
  scan,
  Tensor,
  valueAndGrad,
} from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { countKernels, listKernels } from '../kernel/kernel.ts'
import { generateShader, type Template } from '../shader/generate.ts'
import { type PlannedGraph, type PlanOptions, planGraph } from './plan-graph.ts'

const limits = { maxTextureSize: 16384, textureUnits: 16 }

type Inputs = Record<string, Tensor>

/** Plans a function of named inputs; int32 for those whose name begins with `i`. */
function plan(
  shapes: Readonly<Record<string, Shape>>,
  fn: (inputs: Inputs) => readonly Tensor[],
  options: PlanOptions = limits,
): PlannedGraph {
  const nodes = Object.entries(shapes).map(
    ([name, shape]): NodeOf<'input'> => makeInput(name, { shape, dtype: name.startsWith('i') ? 'int32' : 'float32' }),
  )
  const tensors = Object.fromEntries(nodes.map((node) => [node.attributes.name, new Tensor(node)]))
  const graph = makeGraph(
    nodes,
    fn(tensors).map((tensor) => tensor.node),
  )
  return planGraph(optimizeGraph(graph), options)
}

function sources(planned: PlannedGraph): string[] {
  return listKernels(planned.steps).map(
    (kernel) => generateShader(planned.arena, kernel, planned.buffers, { quadDerivatives: true }).source,
  )
}

function templates(planned: PlannedGraph): Template[] {
  return listKernels(planned.steps).map(
    (kernel) => generateShader(planned.arena, kernel, planned.buffers, { quadDerivatives: true }).template,
  )
}

function get(inputs: Inputs, name: string): Tensor {
  const tensor = inputs[name]
  if (!tensor) throw new RangeError(`No input ${name}`)
  return tensor
}

test('an elementwise chain with movement is one kernel', () => {
  const planned = plan({ x: [8, 12], b: [12] }, (inputs) => [
    get(inputs, 'x').add(get(inputs, 'b')).tanh().transpose().mul(2).slice([1, 0], [4, 8]).flip([0]).exp(),
  ])
  expect(countKernels(planned.steps)).toBe(1)
})

test('bias and activation are fused into the product', () => {
  const planned = plan({ x: [32, 64], w: [64, 128], b: [128] }, (inputs) => [
    get(inputs, 'x').matmul(get(inputs, 'w')).add(get(inputs, 'b')).relu(),
  ])
  expect(countKernels(planned.steps)).toBe(1)
  expect(templates(planned)).toEqual(['quad product'])
})

test('what a reduction reads and what follows it are one kernel', () => {
  const planned = plan({ x: [64, 100], y: [64, 100] }, (inputs) => [
    get(inputs, 'x').sub(get(inputs, 'y')).square().sum([1]).mul(0.5).sqrt(),
  ])
  expect(countKernels(planned.steps)).toBe(1)
  expect(templates(planned)).toEqual(['along'])
})

test('a long sum is done in two stages', () => {
  const planned = plan({ x: [1000, 1000] }, (inputs) => [get(inputs, 'x').square().mean()])
  expect(countKernels(planned.steps)).toBe(2)
})

test('an SGD update is one kernel for each parameter', () => {
  const planned = plan({ w: [64, 32], g: [64, 32], v: [7], h: [7] }, (inputs) => [
    get(inputs, 'w').sub(get(inputs, 'g').mul(0.01)),
    get(inputs, 'v').sub(get(inputs, 'h').mul(0.01)),
  ])
  expect(countKernels(planned.steps)).toBe(2)
})

/** New weight and moments of each parameter, by Adam. */
function adamUpdates(inputs: Inputs, names: readonly string[]): Tensor[] {
  return names.flatMap((name) => {
    const [w, m, v, g] = ['w', 'm', 'v', 'g'].map((kind) => get(inputs, kind + name)) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ]
    const mean = m.mul(0.9).add(g.mul(0.1))
    const square = v.mul(0.999).add(g.square().mul(0.001))
    return [mean, square, w.sub(mean.mul(0.01).div(square.sqrt().add(1e-8)))]
  })
}

/** Inputs of `adamUpdates`. */
function adamShapes(shapes: Readonly<Record<string, Shape>>): Record<string, Shape> {
  return Object.fromEntries(
    Object.entries(shapes).flatMap(([name, shape]) => ['w', 'm', 'v', 'g'].map((kind) => [kind + name, shape])),
  )
}

test('an Adam update is one kernel for each parameter, and less where parameters are small', () => {
  const count = (shapes: Record<string, Shape>, skipsBranches = true): number =>
    countKernels(
      plan(adamShapes(shapes), (inputs) => adamUpdates(inputs, Object.keys(shapes)), { ...limits, skipsBranches })
        .steps,
    )
  expect(count({ a: [512, 512], b: [300, 7] })).toBe(2)
  expect(count({ a: [32], b: [32], c: [20, 32] })).toBe(1)
  // The fourth would need more textures than a kernel may read.
  expect(count({ a: [32], b: [32], c: [32], d: [32] })).toBe(2)
  // Where every side of a branch is computed for every element, large updates are three kernels.
  expect(count({ a: [512, 512], b: [32] }, false)).toBe(4)
})

test('values are written together only if nothing between them needs one of them first', () => {
  const planned = plan({ w: [8, 4], m: [8, 4], g: [8, 4] }, (inputs) => {
    const mean = get(inputs, 'm').mul(0.9).add(get(inputs, 'g'))
    const norm = mean.square().sum().sqrt()
    return [mean, get(inputs, 'w').sub(mean.div(norm))]
  })
  expect(planned.buffers.some(({ part }) => part)).toBe(false)
  expect(countKernels(planned.steps)).toBe(3)
})

test('equal kernels share a program', () => {
  const planned = plan({ a: [8, 8], b: [8, 8], c: [8, 8], d: [8, 8] }, (inputs) => [
    get(inputs, 'a').mul(get(inputs, 'b')),
    get(inputs, 'c').mul(get(inputs, 'd')),
  ])
  expect(new Set(sources(planned)).size).toBe(1)
})

/** Loss and new weights of a classifier. */
function trainingStep(inputs: Inputs, names: readonly string[], loss: (weights: Inputs) => Tensor): readonly Tensor[] {
  const weights = Object.fromEntries(names.map((name) => [name, get(inputs, name)]))
  const { value, gradient } = valueAndGrad(loss)(weights)
  return [value, ...names.map((name) => get(inputs, name).sub(get(gradient, name).mul(0.1)))]
}

test('kernels and programs of the training step of a convolutional network', () => {
  const planned = plan({ x: [32, 1, 28, 28], c: [8, 1, 3, 3], w: [8 * 14 * 14, 10], i: [32] }, (inputs) =>
    trainingStep(inputs, ['c', 'w'], (weights) => {
      const image = conv2d(get(inputs, 'x'), get(weights, 'c'), { padding: 'same' }).relu()
      const logits = maxPool2d(image, 2)
        .reshape([32, 8 * 14 * 14])
        .matmul(get(weights, 'w'))
      return logits
        .logSoftmax()
        .mul(oneHot(get(inputs, 'i'), 10))
        .sum()
        .neg()
    }),
  )
  expect(countKernels(planned.steps)).toBeLessThanOrEqual(26)
  expect(new Set(sources(planned)).size).toBe(listKernels(planned.steps).length)
})

function lstmStep(steps: number): PlannedGraph {
  const units = 100
  return plan({ x: [steps, 16, 100], w: [100, 400], u: [100, 400], b: [400] }, (inputs) =>
    trainingStep(inputs, ['w', 'u', 'b'], (weights) => {
      const x = get(inputs, 'x').reshape([steps * 16, 100])
      const projected = x
        .matmul(get(weights, 'w'))
        .add(get(weights, 'b'))
        .reshape([steps, 16, 4 * units])
      const zero = projected.at(0).slice([0, 0], [16, units]).mul(0)
      const [, states] = scan(
        ({ h, c }: { h: Tensor; c: Tensor }, step: Tensor) => {
          const gates = step.add(h.matmul(get(weights, 'u')))
          const gate = (n: number): Tensor => gates.slice([0, n * units], [16, units])
          const next = gate(1)
            .sigmoid()
            .mul(c)
            .add(gate(0).sigmoid().mul(gate(2).tanh()))
          const state = gate(3).sigmoid().mul(next.tanh())
          return [{ h: state, c: next }, state]
        },
        { h: zero, c: zero },
        projected,
      )
      return states.square().mean()
    }),
  )
}

test('an LSTM takes three kernels a step forward and three backward, whatever the length', () => {
  const [short, long] = [lstmStep(50), lstmStep(100)]
  const loops = long.steps.flatMap((step) => (step.kind === 'loop' ? [step.loop] : []))
  expect(loops.map((loop) => [loop.length, loop.steps.length])).toEqual([
    [100, 3],
    [100, 3],
  ])
  expect(listKernels(long.steps).length).toBe(listKernels(short.steps).length)
  expect(new Set(sources(long)).size).toBe(new Set(sources(short)).size)
})

test('the same graph gives the same shaders', () => {
  expect(sources(lstmStep(4))).toEqual(sources(lstmStep(4)))
})
