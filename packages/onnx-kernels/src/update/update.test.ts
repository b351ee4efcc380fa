// Updates outside the runtime: the same numbers to the last bit, in the memory of arrays that nobody reads any more.
import {
  compile,
  type DeviceArray,
  type HostArray,
  openReference,
  type Tensor,
  traceGraph,
} from '@deep-recipe/core-tensor'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { floats, randomArray } from '../fixtures/compare.ts'
import type { OnnxArray } from '../run/onnx-array.ts'
import { OnnxBackend } from '../run/onnx-backend.ts'
import { loadRuntime } from '../run/runtime.ts'
import { planUpdates } from './plan-updates.ts'
import { pieceLength } from './update-module.ts'

type State = Record<'p' | 'm' | 'v', Tensor>

/** Adam (Kingma and Ba 2015) without bias correction, after a gradient that only the runtime can compute. */
function adam({ p, m, v }: State, x: Tensor, rate: Tensor): State {
  const gradient = x.tanh()
  const nextM = m.mul(0.9).add(gradient.mul(0.1))
  const nextV = v.mul(0.999).add(gradient.square().mul(0.001))
  return { p: p.sub(nextM.mul(rate).div(nextV.sqrt().add(1e-8))), m: nextM, v: nextV }
}

let backend: OnnxBackend
beforeAll(async () => {
  backend = new OnnxBackend(await loadRuntime(), { threads: 1, spin: false, spare: 0 }, 0)
})
afterAll(() => backend.close())

const upload = (value: HostArray): DeviceArray => backend.upload(value)
const memoryOf = (array: unknown): unknown => (array as OnnxArray).storage.tensor.data

describe('an update', () => {
  test.each([[64], [3, 5, 7], [pieceLength], [2 * pieceLength + 3]])(
    'of shape %s, as the reference',
    async (...shape) => {
      const feeds = ['p', 'm', 'x'].map((_, i) => randomArray(shape, 'float32', i + 1))
      const [p, m, x] = feeds as [HostArray, HostArray, HostArray]
      const v = floats(shape, [...(m.data as Float32Array)].map(Math.abs))
      const run = async (on: OnnxBackend | ReturnType<typeof openReference>) => {
        // The gradient is an input here: tanh differs between backends in the last bit.
        const step = compile(on, (state: State, g: Tensor, rate: Tensor) => {
          const nextM = state.m.mul(0.9).add(g.neg().abs().maximum(0.125).minimum(0.75).mul(0.1))
          const nextV = state.v.mul(0.999).add(g.square().mul(0.001))
          return { p: state.p.sub(nextM.mul(rate).div(nextV.sqrt().add(1e-8))), m: nextM, v: nextV }
        })
        const next = await step({ p, m, v }, x, 0.01)
        return Promise.all([next.p, next.m, next.v].map(async (array) => [array.shape, await array.data()]))
      }
      expect(await run(backend)).toEqual(await run(openReference()))
    },
  )

  test('leaves the runtime with the gradient, and hands out no more arrays than there were', () => {
    const like = randomArray([8, 16])
    const plan = planUpdates(traceGraph(adam as never, { p: like, m: like, v: like }, like, 0.1))
    expect(plan.updates).toHaveLength(1)
    expect(plan.graph.nodes.map((node) => node.operation).filter((name) => name !== 'input')).toEqual(['tanh'])
    const sum = planUpdates(traceGraph(((x: Tensor) => x.tanh().add(x.exp())) as never, like))
    expect(sum.updates).toEqual([])
  })

  test('is left to the runtime where other operators read it, and where it broadcasts rows', () => {
    const like = randomArray([8, 16])
    const read = planUpdates(traceGraph(((x: Tensor) => [x.add(1), x.add(1).tanh()]) as never, like))
    const rows = planUpdates(traceGraph(((x: Tensor, b: Tensor) => x.add(b)) as never, like, randomArray([16])))
    const few = planUpdates(traceGraph(((x: Tensor) => x.add(1)) as never, randomArray([63])))
    for (const plan of [rows, few]) expect(plan.updates).toEqual([])
    // Nodes are not made one here: the first x + 1 is read by nobody else, the second by tanh.
    expect(read.graph.nodes.map((node) => node.operation)).toContain('tanh')
  })
})

test('a chain of thousands of operators is left to the runtime', () => {
  const like = randomArray([64])
  const chain = (x: Tensor) => Array.from({ length: 20_000 }).reduce<Tensor>((sum) => sum.add(x), x)
  expect(planUpdates(traceGraph(chain as never, like)).updates).toEqual([])
})

describe('memory', () => {
  const like = randomArray([100], 'float32', 5)
  const feed = () => ({ p: upload(like), m: upload(like), v: upload(floats([100], new Array(100).fill(1))) })

  test('of donated arrays and of the gradient is used again', async () => {
    const step = compile(backend, adam, { donate: [0] })
    const state = feed()
    const memory = [memoryOf(state.p), memoryOf(state.m), memoryOf(state.v)]
    const next = await step(state, like, 0.1)
    const places = [next.p, next.m, next.v].map((array) => memory.indexOf(memoryOf(array)))
    expect(places.filter((place) => place >= 0).length).toBeGreaterThanOrEqual(2)
    expect(new Set([next.p, next.m, next.v].map(memoryOf)).size).toBe(3)
    expect(state.p.disposed).toBe(true)
  })

  test('of arrays that are not donated stays as it is', async () => {
    const step = compile(backend, adam)
    const state = feed()
    await step(state, like, 0.1)
    expect(await state.p.data()).toEqual(like.data)
    expect(await state.m.data()).toEqual(like.data)
  })

  test('of donated arrays that the user has read, or has twice, stays as it is', async () => {
    const step = compile(backend, (x: Tensor) => x.mul(2), { donate: [0] })
    const source = upload(like)
    const seen = await source.data()
    const doubled = await step(source)
    expect(seen).toEqual(like.data)
    expect((await doubled.data())[3]).toBe(2 * (like.data[3] as number))

    const both = compile(backend, (x: Tensor, y: Tensor) => [x.mul(2), y.mul(3)], { donate: [0] })
    const shared = upload(like)
    const [two, three] = (await both(shared, shared)) as [DeviceArray, DeviceArray]
    expect((await two.data())[3]).toBe(2 * (like.data[3] as number))
    expect((await three.data())[3]).toBe(Math.fround(3 * (like.data[3] as number)))
  })

  test('of a value that is an output as well, or is read under two names, holds both', async () => {
    const fn = (x: Tensor) => {
      const y = x.tanh()
      return [y, y.add(1), y.stopGradient().mul(2), x]
    }
    const outputs = (await compile(backend, fn, { donate: [0] })(upload(like))) as DeviceArray[]
    const [y, more, twice, x] = (await Promise.all(outputs.map((output) => output.data()))) as Float32Array[]
    expect(x).toEqual(like.data)
    expect(more?.[7]).toBe(Math.fround((y?.[7] as number) + 1))
    expect(twice?.[7]).toBe(2 * (y?.[7] as number))
  })

  test('of one result that is two outputs is given back once both are disposed', async () => {
    const before = backend.memory().buffers
    const [a, b] = (await compile(backend, (x: Tensor) => {
      const y = x.add(1)
      return [y, y]
    })(like)) as [DeviceArray, DeviceArray]
    a.dispose()
    expect((await b.data())[0]).toBe(Math.fround((like.data[0] as number) + 1))
    b.dispose()
    expect(backend.memory().buffers).toBe(before)
  })
})
