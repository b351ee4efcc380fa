// The backend's contract: ownership, donation, memory, sharing of sessions, debug mode, and errors that help.
import {
  BackendError,
  compile,
  grad,
  makeGraph,
  makeInput,
  makeNode,
  NonFiniteError,
  type Tensor,
  tensor,
  ValueError,
} from '@deep-recipe/core-tensor'
import { expect, test, vi } from 'vitest'
import { floats, integers, randomArray } from '../fixtures/compare.ts'
import { openOnnx } from '../index.ts'
import type { OnnxArray } from './onnx-array.ts'
import { OnnxBackend } from './onnx-backend.ts'
import type { OrtRuntime } from './runtime.ts'

test('results are right and the memory count returns to where it began', async () => {
  const backend = await openOnnx({ threads: 1 })
  expect(backend.description).toMatch(/^ONNX Runtime \d+\.\d+\.\d+ on the CPU, 1 thread$/)
  const hypotenuse = compile(backend, (a: Tensor, b: Tensor) => a.square().add(b.square()).sqrt())
  const result = await hypotenuse(Float32Array.of(3, 5, 8), Float32Array.of(4, 12, 15))
  expect(await result.array()).toEqual([5, 13, 17])
  expect(backend.memory()).toEqual({ buffers: 1, bytes: 12 })
  result.dispose()
  hypotenuse.dispose()
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
  backend.close()
})

test('an uploaded array is a copy', async () => {
  const backend = await openOnnx()
  const value = floats([2], [1, 2])
  const array = backend.upload(value)
  value.data[0] = 99
  expect(await array.array()).toEqual([1, 2])
  backend.close()
})

test('outputs that are inputs, constants, repeated or empty', async () => {
  const backend = await openOnnx()
  const f = compile(backend, (x: Tensor, n: Tensor) => {
    const y = x.add(1)
    return [x, y, y, tensor([7, 8]), n, x.slice([0], [0])]
  })
  const outputs = await f(Float32Array.of(1, 2), Int32Array.of(5))
  expect(await Promise.all(outputs.map((output) => output.array()))).toEqual([[1, 2], [2, 3], [2, 3], [7, 8], [5], []])
  expect(outputs.map((output) => output.dtype)).toEqual([
    'float32',
    'float32',
    'float32',
    'float32',
    'int32',
    'float32',
  ])
  outputs[1]?.dispose()
  expect(await outputs[2]?.array()).toEqual([2, 3])
  backend.close()
})

test('donated arrays are consumed, others are kept', async () => {
  const backend = await openOnnx()
  const add = compile(backend, (a: Tensor, b: Tensor) => a.add(b), { donate: [0] })
  const [a, b] = [backend.upload(floats([1], [1])), backend.upload(floats([1], [2]))]
  expect(await (await add(a, b)).array()).toEqual([3])
  expect([a.disposed, b.disposed]).toEqual([true, false])
  await expect(a.data()).rejects.toThrow(BackendError)
  await expect(add(a, b)).rejects.toThrow(/live array/)
  backend.close()
})

test('a run is refused with arrays of another backend or type', async () => {
  const [backend, other] = [await openOnnx(), await openOnnx()]
  const leaf = makeInput('x', { shape: [2], dtype: 'float32' })
  const executable = await backend.compile(makeGraph([leaf], [leaf]))
  await expect(executable.run([other.upload(floats([2], [1, 2]))])).rejects.toThrow(/of this|backend onnx/)
  await expect(executable.run([backend.upload(integers([2], [1, 2]))])).rejects.toThrow(/expected float32\[2\]/)
  backend.close()
  other.close()
})

test('a closed backend and a disposed executable say so', async () => {
  const backend = await openOnnx()
  const leaf = makeInput('x', { shape: [], dtype: 'float32' })
  const executable = await backend.compile(makeGraph([leaf], [leaf]))
  const array = backend.upload(floats([], [1]))
  executable.dispose()
  await expect(executable.run([array])).rejects.toThrow(/disposed/)
  backend.close()
  expect(() => backend.upload(floats([], [1]))).toThrow(/openOnnx\(\)/)
  await expect(array.data()).rejects.toThrow(BackendError)
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
})

test('an index out of range is a BackendError', async () => {
  const backend = await openOnnx()
  const pick = compile(backend, (values: Tensor, index: Tensor) => values.gather(index))
  await expect(pick(Float32Array.of(1, 2, 3), Int32Array.of(3))).rejects.toThrow(BackendError)
  backend.close()
})

test('options out of range are refused', async () => {
  await expect(openOnnx({ threads: 0 })).rejects.toThrow(ValueError)
  await expect(openOnnx({ spareSessions: -1 })).rejects.toThrow(ValueError)
})

test('without the optional package the error says what to install', async () => {
  vi.doMock('onnxruntime-node', () => {
    throw new Error("Cannot find package 'onnxruntime-node'")
  })
  await expect(openOnnx()).rejects.toThrow(/npm install onnxruntime-node/)
  vi.doUnmock('onnxruntime-node')
})

test('debug mode names the operation that made the first value that is not finite', async () => {
  const backend = await openOnnx()
  const broken = compile(backend, (x: Tensor) => x.log().add(1).sum(), { debug: true })
  expect(await (await broken(Float32Array.of(1, 1))).array()).toBe(2)
  await expect(broken(Float32Array.of(1, 0))).rejects.toThrow(NonFiniteError)
  await expect(broken(Float32Array.of(1, 0))).rejects.toThrow(/log \(float32\[2\]\).*-Infinity at position 1/)
  backend.close()
})

test('equal models share a session; unused ones are kept up to the bound and then released', async () => {
  let [made, released] = [0, 0]
  const runtime: OrtRuntime = {
    version: '0',
    createTensor: (type, data, dims) => ({ type, data, dims }),
    createSession: async () => {
      made++
      return {
        inputNames: [],
        outputNames: [],
        run: async () => ({}),
        release: async () => {
          released++
        },
      }
    },
  }
  const backend = new OnnxBackend(runtime, { threads: 1, spin: false, spare: 1 }, 0)
  const graph = (count: number) => {
    const leaf = makeInput('x', { shape: [count], dtype: 'float32' })
    return makeGraph([leaf], [tensor([1]).node, grad((x: Tensor) => x.exp().sum())(tensor(randomArray([count]))).node])
  }
  const [one, same] = [await backend.compile(graph(3)), await backend.compile(graph(3))]
  expect(made).toBe(1)
  one.dispose()
  one.dispose()
  const other = await backend.compile(graph(4))
  same.dispose()
  expect([made, released]).toEqual([2, 0])
  other.dispose()
  await Promise.resolve()
  expect(released).toBe(1)
  backend.close()
  await Promise.resolve()
  expect([made, released]).toEqual([2, 2])
})

test('memory that nobody has seen is given back at once; what the user read stays', async () => {
  const backend = await openOnnx()
  const double = compile(backend, (x: Tensor) => [x.mul(2), x.mul(2), x], { donate: [0] })
  const [seen, unseen] = [backend.upload(floats([2], [1, 2])), backend.upload(floats([2], [3, 4]))]
  const kept = await seen.data()
  const [, twice, same] = await double(seen)
  expect([...kept]).toEqual([1, 2])
  expect(await twice?.array()).toEqual([2, 4])
  expect(await same?.array()).toEqual([1, 2])
  const memory = (unseen as OnnxArray).storage.tensor.data as Float32Array
  const outputs = await double(unseen)
  // The third output is the donated input itself.
  expect(memory.length).toBe(2)
  for (const output of outputs) output.dispose()
  expect(memory.length).toBe(0)
  const used = backend.upload(floats([1], [5]))
  const leaf = makeInput('x', { shape: [1], dtype: 'float32' })
  const executable = await backend.compile(makeGraph([leaf], [makeNode('add', [leaf, leaf], {})]))
  const pending = executable.run([used])
  used.dispose()
  expect(await (await pending)[0]?.array()).toEqual([10])
  backend.close()
})
