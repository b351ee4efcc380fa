// Exported files: what a fresh session computes with them, at any batch size, and the rules of the official checker.
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  conv2d,
  type HostArray,
  makeGraph,
  maxPool2d,
  RecipeError,
  runGraphOnHost,
  scan,
  type Tensor,
  traceGraph,
  ValueError,
} from '@deep-recipe/core-tensor'
import { type GraphProto, ModelProtoSchema } from 'onnx-buf'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectClose, floats, integers, randomArray } from '../fixtures/compare.ts'
import {
  exportOnnx,
  fromTorchBatchNorm,
  fromTorchConv2d,
  fromTorchEmbedding,
  fromTorchLayerNorm,
  fromTorchLinear,
  importOnnxWeights,
  OnnxFileError,
} from '../index.ts'
import { makeModel } from '../model/model.ts'
import { loadRuntime, type TensorData } from '../run/runtime.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs a file in a session of its own. */
async function runFile(path: string, inputs: Record<string, HostArray>): Promise<Record<string, HostArray>> {
  const runtime = await loadRuntime()
  const session = await runtime.createSession(path, {})
  const feeds = Object.entries(inputs).map(
    ([name, { dtype, data, shape }]) => [name, runtime.createTensor(dtype, data as TensorData, shape)] as const,
  )
  const results = await session.run(Object.fromEntries(feeds), session.outputNames)
  await session.release()
  return Object.fromEntries(
    Object.entries(results).map(([name, { type, dims, data }]) => [
      name,
      { dtype: type as HostArray['dtype'], shape: dims, data: data as TensorData },
    ]),
  )
}

/** What the reference computes for the same function. */
function runReference(fn: (...args: never[]) => unknown, args: readonly unknown[], leaves: readonly HostArray[]) {
  const graph = traceGraph(fn as (...args: unknown[]) => unknown, ...args)
  return runGraphOnHost(makeGraph(graph.inputs, graph.outputs), leaves)
}

async function readGraph(path: string): Promise<GraphProto> {
  const { graph } = fromBinary(ModelProtoSchema, await readFile(path))
  return graph as GraphProto
}

type Weights = Record<'w1' | 'b1' | 'w2' | 'b2', Tensor>
const image = { shape: [1, 1, 8, 8], dtype: 'float32' } as const
const network = ({ w1, b1, w2, b2 }: Weights, x: Tensor): { logits: Tensor; digit: Tensor } => {
  const hidden = maxPool2d(
    conv2d(x, w1, { padding: 'same' })
      .add(b1.reshape([4, 1, 1]))
      .relu(),
    2,
  )
  const logits = hidden
    .reshape([x.shape[0] as number, 64])
    .matmul(w2)
    .add(b2)
  return { logits, digit: logits.argMax(1) }
}
const weights = {
  w1: randomArray([4, 1, 3, 3], 'float32', 1),
  b1: randomArray([4], 'float32', 2),
  w2: randomArray([64, 10], 'float32', 3),
  b2: randomArray([10], 'float32', 4),
}

describe('a convolutional network', () => {
  test.each([false, true])('computes the same at any batch size, weights outside: %s', async (externalData) => {
    const path = join(folder, `digits-${externalData}.onnx`)
    const written = await exportOnnx(network, weights, { image }, { path, externalData })
    expect(written).toEqual({
      files: externalData ? [path, `${path}.data`] : [path],
      inputs: ['image'],
      outputs: ['digit', 'logits'],
    })
    for (const batch of [1, 2, 5]) {
      const x = randomArray([batch, 1, 8, 8], 'float32', batch)
      const results = await runFile(path, { image: x })
      const leaves = [weights.b1, weights.b2, weights.w1, weights.w2, x]
      const [digit, logits] = runReference(network, [weights, x], leaves)
      expectClose(results.logits as HostArray, logits as HostArray, 1e-5)
      expectClose(results.digit as HostArray, digit as HostArray, 0)
    }
  })

  test('names its batch dimension and keeps the names and numbers of the weights', async () => {
    const path = join(folder, 'named.onnx')
    await exportOnnx((params: { model: Weights }, x: Tensor) => network(params.model, x), { model: weights }, [image], {
      path,
      inputNames: ['pixels'],
      outputNames: ['class', 'scores'],
    })
    const { input, output } = await readGraph(path)
    const dims = (value: GraphProto['input'][number] | undefined) =>
      value?.type?.value.case === 'tensorType' ? value.type.value.value.shape?.dim.map((dim) => dim.value.value) : []
    expect(input.map((value) => value.name)).toEqual(['pixels'])
    expect(dims(input[0])).toEqual(['batch', 1n, 8n, 8n])
    expect(output.map((value) => value.name)).toEqual(['class', 'scores'])
    expect(dims(output[1])).toEqual(['batch', 10n])
    const imported = await importOnnxWeights(path)
    expect(imported['model.w2']).toEqual(weights.w2)
    expect(imported['model.w1']?.shape).toEqual([4, 1, 3, 3])
  })

  test('with a fixed batch size', async () => {
    const path = join(folder, 'fixed.onnx')
    await exportOnnx(network, weights, { image: randomArray([3, 1, 8, 8]) }, { path, dynamicBatch: false })
    await expect(runFile(path, { image: randomArray([2, 1, 8, 8]) })).rejects.toThrow(/dimension|shape/i)
  })
})

test('a recurrent network with time first: the batch is the second axis', async () => {
  const path = join(folder, 'recurrent.onnx')
  const model = (params: { w: Tensor; u: Tensor }, steps: Tensor, start: Tensor): Tensor =>
    scan(
      (state: Tensor, step: Tensor) => {
        const next = state.matmul(params.u).add(step.matmul(params.w)).tanh()
        return [next, next]
      },
      start,
      steps,
    )[1] as Tensor
  const params = { u: randomArray([3, 3]), w: randomArray([2, 3], 'float32', 2) }
  const example = (batch: number) => [randomArray([4, batch, 2]), randomArray([batch, 3], 'float32', 9)] as const
  await exportOnnx(model, params, example(1), { path, batchAxes: [1, 0] })
  const [steps, start] = example(6)
  const { output } = await runFile(path, { input_0: steps, input_1: start })
  const [expected] = runReference(model, [params, steps, start], [params.u, params.w, steps, start])
  expectClose(output as HostArray, expected as HostArray, 1e-5)
})

test('a model object is exported as it is in evaluation', async () => {
  const path = join(folder, 'object.onnx')
  const model = {
    apply: (params: { scale: Tensor }, input: Tensor, context: { readonly training: boolean }) =>
      context.training ? input : input.mul(params.scale),
  }
  await expect(exportOnnx(model, { scale: floats([], [3]) }, [], { path })).rejects.toThrow(/at least one input/)
  await exportOnnx(model, { scale: floats([], [3]) }, [floats([1, 2], [0, 0])], { path })
  const { output } = await runFile(path, { input: floats([2, 2], [1, 2, 3, 4]) })
  expect([...(output?.data ?? [])]).toEqual([3, 6, 9, 12])
})

test('what depends on the batch size otherwise is refused, with advice', async () => {
  const path = join(folder, 'refused.onnx')
  const centred = (_: unknown, x: Tensor) => x.sub(x.mean([0]))
  await expect(exportOnnx(centred, {}, [floats([2, 2], [1, 2, 3, 4])], { path })).rejects.toThrow(/dynamicBatch: false/)
  await expect(exportOnnx(centred, {}, [floats([2, 2], [1, 2, 3, 4])], { path })).rejects.toThrow(RecipeError)
  expect((await readdir(folder)).filter((name) => name.startsWith('refused'))).toEqual([])
})

test('names must be different and as many as there are values', async () => {
  const same = (_: unknown, x: Tensor) => [x.add(1), x.add(2)]
  const options = { path: join(folder, 'names.onnx'), outputNames: ['a', 'a'] }
  await expect(exportOnnx(same, {}, [floats([1], [1])], options)).rejects.toThrow(ValueError)
})

test('weights of any element type, from raw bytes or typed fields', async () => {
  const path = join(folder, 'types.onnx')
  const tensor = (name: string, dataType: number, fields: object) => ({ name, dataType, dims: [2n], ...fields })
  const graph = {
    initializer: [
      // 1.5 and −2 in binary16, and the smallest subnormal.
      tensor('half', 10, { rawData: Uint8Array.from([0x00, 0x3e, 0x00, 0xc0]) }),
      tensor('tiny', 10, { int32Data: [1, 0x7c00] }),
      tensor('brain', 16, { rawData: Uint8Array.from([0x40, 0x40, 0x80, 0xbf]) }),
      tensor('double', 11, { doubleData: [0.5, -3] }),
      tensor('float', 1, { floatData: [0.25, 4] }),
      tensor('long', 7, { int64Data: [5n, -6n] }),
      tensor('wide', 7, { int64Data: [5n, 2n ** 40n] }),
      tensor('flags', 9, { rawData: Uint8Array.from([0, 1]) }),
      tensor('text', 8, {}),
    ],
  }
  const model = makeModel(graph as unknown as GraphProto, [])
  await writeFile(path, toBinary(ModelProtoSchema, create(ModelProtoSchema, model)))
  const numbers = Object.entries(await importOnnxWeights(path)).map(([name, { dtype, data }]) => [name, dtype, ...data])
  expect(numbers).toEqual([
    ['half', 'float32', 1.5, -2],
    ['tiny', 'float32', 2 ** -24, Infinity],
    ['brain', 'float32', 3, -1],
    ['double', 'float32', 0.5, -3],
    ['float', 'float32', 0.25, 4],
    ['long', 'int32', 5, -6],
    ['flags', 'bool', 0, 1],
  ])
})

test('broken files are named', async () => {
  const path = join(folder, 'broken.onnx')
  await writeFile(path, 'not a model')
  await expect(importOnnxWeights(path)).rejects.toThrow(OnnxFileError)
  const whole = join(folder, 'cut.onnx')
  await exportOnnx(network, weights, [image], { path: whole, externalData: true })
  const data = await readFile(`${whole}.data`)
  await writeFile(`${whole}.data`, data.subarray(0, 100))
  await expect(importOnnxWeights(whole)).rejects.toThrow(OnnxFileError)
})

test('layouts of PyTorch', async () => {
  const state = {
    'fc.weight': floats([2, 3], [1, 2, 3, 4, 5, 6]),
    'fc.bias': floats([2], [7, 8]),
    'conv.weight': randomArray([4, 2, 3, 3]),
    'embed.weight': randomArray([5, 2]),
    'norm.weight': floats([2], [3, 4]),
    'bare.running_mean': floats([2], [5, 6]),
    'bare.running_var': floats([2], [7, 8]),
    'odd.weight': integers([2], [1, 2]),
  }
  const read = async (params: Readonly<Record<string, Tensor>>) =>
    Object.fromEntries(await Promise.all(Object.entries(params).map(async ([name, t]) => [name, await t.host()])))
  expect(await read(fromTorchLinear(state, 'fc'))).toEqual({
    weight: floats([3, 2], [1, 4, 2, 5, 3, 6]),
    bias: state['fc.bias'],
  })
  expect(await read(fromTorchConv2d(state, 'conv'))).toEqual({ weight: state['conv.weight'] })
  expect(await read(fromTorchEmbedding(state, 'embed'))).toEqual({ table: state['embed.weight'] })
  expect(await read(fromTorchLayerNorm(state, 'norm'))).toEqual({
    scale: state['norm.weight'],
    offset: floats([2], [0, 0]),
  })
  const { scale, offset, state: statistics } = fromTorchBatchNorm(state, 'bare')
  expect(await read({ scale, offset, ...statistics })).toEqual({
    scale: floats([2], [1, 1]),
    offset: floats([2], [0, 0]),
    mean: state['bare.running_mean'],
    variance: state['bare.running_var'],
  })
  expect(() => fromTorchLinear(state, 'fc2')).toThrow(/fc\.weight, fc\.bias/)
  expect(() => fromTorchLinear(state, 'odd')).toThrow(/2 axes/)
})

// The official checker is Python: where it is not installed, the session's own checks must do.
const hasChecker = spawnSync('python3', ['-c', 'import onnx']).status === 0
describe('the official checker', () => {
  test.skipIf(!hasChecker)('accepts the files, with strict shape inference', async () => {
    const files = await Promise.all(
      [false, true].map(async (externalData) => {
        const path = join(folder, `checked-${externalData}.onnx`)
        await exportOnnx(network, weights, { image }, { path, externalData })
        return path
      }),
    )
    const script = 'import onnx, sys\nfor path in sys.argv[1:]: onnx.checker.check_model(path, full_check=True)'
    const checked = spawnSync('python3', ['-c', script, ...files, join(folder, 'recurrent.onnx')], { encoding: 'utf8' })
    expect(checked.stderr).toBe('')
    expect(checked.status).toBe(0)
  })
})
