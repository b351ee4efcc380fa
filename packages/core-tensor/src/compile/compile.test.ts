// compile: one trace per signature, values in every form, trees in and out, and nothing left behind.
import ndarray from 'ndarray'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Backend, DeviceArray } from '../backend/backend.ts'
import { openReference } from '../backend/reference/reference-backend.ts'
import { BackendError, DTypeError, NonFiniteError, RecipeError, ShapeError, ValueError } from '../errors.ts'
import { grad, valueAndGrad } from '../gradient/grad.ts'
import { toHostArray } from '../host/host-array.ts'
import { tensor, zeros } from '../ops/create.ts'
import { asTensor, Tensor } from '../trace/tensor.ts'
import { compile, evaluate, type Feed, traceGraph } from './compile.ts'

let backend: Backend
beforeEach(() => {
  backend = openReference()
})
afterEach(() => backend.close())

const read = async (array: DeviceArray): Promise<unknown> => {
  const value = await array.array()
  array.dispose()
  return value
}
const upload = (value: Parameters<typeof toHostArray>[0]): DeviceArray => backend.upload(toHostArray(value))

describe('arguments', () => {
  test('plain numbers and nested arrays are one argument each', async () => {
    const add = compile(backend, (a: Tensor, b: Tensor) => a.add(b))
    expect(await read(await add(1, 2))).toBe(3)
    expect(await read(await add([1, 2], [3, 4]))).toEqual([4, 6])
    expect(await read(await add([[1], [2]], [3, 4]))).toEqual([
      [4, 5],
      [5, 6],
    ])
    const square = compile(backend, (x: Tensor) => x.square().sum())
    expect(await read(await square([1, 2, 3]))).toBe(14)
    const nothing = compile(backend, () => tensor([1, 2]).sum())
    expect(await read(await nothing())).toBe(3)
  })

  test.each<[string, Feed]>([
    ['number', 2],
    ['typed array', Float64Array.of(2)],
    ['integers', Uint8Array.of(2)],
    ['ndarray', ndarray([9, 2, 9], [1], [1], 1)],
    ['host array', { shape: [1], dtype: 'float32', data: Float32Array.of(2) }],
    ['booleans', [true]],
  ])('%s', async (_, value) => {
    const triple = compile(backend, (x: Tensor) => x.cast('float32').mul(3).sum())
    expect(await read(await triple(value))).toBe(Array.isArray(value) ? 3 : 6)
  })

  test('trees come and go', async () => {
    interface State {
      readonly layers: readonly { readonly weight: Tensor; readonly bias: Tensor }[]
      readonly nothing?: undefined
    }
    const step = compile(backend, (state: State, { rate }: { rate: Tensor }) => ({
      next: { layers: state.layers.map(({ weight, bias }) => ({ weight: weight.sub(rate), bias: bias.mul(2) })) },
      norm: [state.layers[0]?.weight.sum(), undefined] as const,
    }))
    const result = await step({ layers: [{ bias: [1, 2], weight: upload([[1, 2]]) }] }, { rate: 0.5 })
    expect(await result.next.layers[0]?.weight.array()).toEqual([[0.5, 1.5]])
    expect(await result.next.layers[0]?.bias.array()).toEqual([2, 4])
    expect(await result.norm[0]?.array()).toBe(3)
    expect(result.norm[1]).toBeUndefined()
  })

  test('the order of names means nothing', async () => {
    let traces = 0
    const fn = compile(backend, ({ a, b }: { a: Tensor; b: Tensor }) => {
      traces++
      return a.sub(b)
    })
    expect(await read(await fn({ a: 5, b: 3 }))).toBe(2)
    expect(await read(await fn({ b: 3, a: 5 }))).toBe(2)
    expect(traces).toBe(1)
  })

  test('a value that is returned as it came, twice, or that is a plain number', async () => {
    const fn = compile(backend, (x: Tensor) => [x, x, 7, asTensor(true)])
    const input = upload([1, 2])
    const [a, b, c, d] = (await fn(input)) as unknown as [DeviceArray, DeviceArray, DeviceArray, DeviceArray]
    input.dispose()
    a.dispose()
    expect(await b.array()).toEqual([1, 2])
    expect(await c.array()).toBe(7)
    expect(await d.array()).toBe(true)
  })
})

describe('the cache', () => {
  const counted = (options = {}) => {
    const traced: string[] = []
    const fn = compile(
      backend,
      (x: Tensor) => {
        traced.push(String(x))
        return x.cast('float32').sum()
      },
      options,
    )
    return { fn, traced }
  }

  test('traces once per structure, shape and dtype', async () => {
    const { fn, traced } = counted()
    for (const value of [1, 2, [1, 2], [3, 4], Int32Array.of(1, 2), [[1, 2]], [true, false], [5, 6]]) {
      await read(await fn(value))
    }
    expect(traced.map((text) => text.slice(7, -1))).toEqual([
      'float32[]',
      'float32[2]',
      'int32[2]',
      'float32[1, 2]',
      'bool[2]',
    ])
    expect(fn.stats()).toHaveLength(5)
    fn.dispose()
    expect(fn.stats()).toHaveLength(0)
    expect(await read(await fn(3))).toBe(3)
    expect(traced).toHaveLength(6)
  })

  test('keeps the most recently used', async () => {
    const { fn, traced } = counted({ cacheSize: 2 })
    const call = async (size: number) => read(await fn(new Float32Array(size)))
    for (const size of [1, 2, 1, 3]) await call(size)
    expect(traced).toHaveLength(3)
    expect(fn.stats()).toHaveLength(2)
    // 2 was dropped when 3 came, for 1 had been used since.
    await call(1)
    expect(traced).toHaveLength(3)
    await call(2)
    expect(traced).toHaveLength(4)
  })

  test('a function that throws is traced again at the next call', async () => {
    let broken = true
    const fn = compile(backend, (x: Tensor) => {
      if (broken) throw new Error('not yet')
      return x
    })
    await expect(fn(1)).rejects.toThrow('not yet')
    broken = false
    expect(await read(await fn(1))).toBe(1)
  })

  test.each([0, -1, 1.5, Number.NaN])('refuses room for %d signatures', (cacheSize) => {
    expect(() => compile(backend, (x: Tensor) => x, { cacheSize })).toThrow(ValueError)
  })
})

/** The reference backend, whose runs wait until they are let go. */
function makeSlow(): { slow: Backend; release: () => void; running: () => number } {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  let running = 0
  const slow: Backend = {
    name: 'slow',
    description: '',
    memory: () => backend.memory(),
    upload: (value) => backend.upload(value),
    close: () => backend.close(),
    compile: async (graph, options) => {
      const executable = await backend.compile(graph, options)
      return {
        stats: executable.stats,
        dispose: () => executable.dispose(),
        run: async (inputs) => {
          running++
          await gate
          running--
          return executable.run(inputs)
        },
      }
    },
  }
  return { slow, release, running: () => running }
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

describe('calls at once', () => {
  test('share one trace and one executable', async () => {
    let traces = 0
    const fn = compile(backend, (x: Tensor) => {
      traces++
      return x.mul(2)
    })
    const results = await Promise.all([1, 2, 3, 4].map((x) => fn(x)))
    expect(await Promise.all(results.map(read))).toEqual([2, 4, 6, 8])
    expect(traces).toBe(1)
    expect(fn.stats()).toHaveLength(1)
  })

  test('an executable that is dropped while it runs is freed afterwards', async () => {
    const before = backend.memory()
    const { slow, release, running } = makeSlow()
    const fn = compile(slow, (x: Tensor) => x.exp().mul(x.sin()).sum(), { cacheSize: 1 })
    const first = fn([1, 2, 3])
    const second = fn([1, 2])
    await settle()
    expect(running()).toBe(2)
    fn.dispose()
    await settle()
    release()
    const sum = (xs: number[]) => xs.reduce((total, x) => total + Math.exp(x) * Math.sin(x), 0)
    expect(await read(await first)).toBeCloseTo(sum([1, 2, 3]), 4)
    expect(await read(await second)).toBeCloseTo(sum([1, 2]), 4)
    await settle()
    expect(backend.memory()).toEqual(before)
  })
})

describe('memory returns to where it began', () => {
  test('after calls, failures and disposal', async () => {
    const before = backend.memory()
    const fn = compile(backend, (x: Tensor, y: Tensor) => x.matmul(y).relu())
    const kept = upload([[1, 2]])
    for (let i = 0; i < 3; i++) await read(await fn(kept, [[3], [4]]))
    await expect(fn(kept, [[1, 2]])).rejects.toThrow(ShapeError)
    await expect(fn([[1, 2]], 'text' as unknown as number)).rejects.toThrow(DTypeError)
    await expect(fn([[1, 2]], tensor(1) as unknown as number)).rejects.toThrow(DTypeError)
    kept.dispose()
    fn.dispose()
    await settle()
    expect(backend.memory()).toEqual(before)
  })

  test('after evaluate', async () => {
    const before = backend.memory()
    const { a, b } = await evaluate(backend, { a: tensor([1, 2]).sum(), b: [tensor(3)] as const })
    expect([await read(a), await read(b[0])]).toEqual([3, 3])
    await settle()
    expect(backend.memory()).toEqual(before)
  })
})

describe('donation', () => {
  test('takes device arrays of the named arguments, and no others', async () => {
    const step = compile(
      backend,
      (params: { w: Tensor; b: Tensor }, x: Tensor) => ({ w: params.w.add(x), b: params.b }),
      {
        donate: [0],
      },
    )
    const params = { w: upload([1, 2]), b: upload([3]) }
    const x = upload([10, 20])
    const next = await step(params, x)
    expect(await next.w.array()).toEqual([11, 22])
    expect(await next.b.array()).toEqual([3])
    expect([params.w.disposed, params.b.disposed, x.disposed]).toEqual([true, true, false])
    await expect(step(params, x)).rejects.toThrow(/a live array, received a disposed or donated one/)
    await expect(params.w.data()).rejects.toThrow(BackendError)
    // Host values may stand in a donated place as well.
    expect(await (await step({ w: [1, 1], b: [0] }, x)).w.array()).toEqual([11, 21])
  })

  test('a failing call takes nothing', async () => {
    const step = compile(backend, (w: Tensor, x: Tensor) => w.gather(x), { donate: [0] })
    const w = upload([1, 2])
    await expect(step(w, Int32Array.of(7))).rejects.toThrow(RecipeError)
    expect(await w.array()).toEqual([1, 2])
  })

  test('a failing call leaves no half-written array behind', async () => {
    const before = backend.memory()
    const step = compile(backend, (w: Tensor, v: Tensor) => [w.mul(2), v.log()] as const, { donate: [0], debug: true })
    const [w, seen] = [upload([1, 2]), upload([3, 4])]
    await seen.data()
    await expect(step(w, [0])).rejects.toThrow(NonFiniteError)
    // Its memory may hold some of the outputs: then it is gone.
    if (!w.disposed) expect(await w.array()).toEqual([1, 2])
    await expect(step(seen, [0])).rejects.toThrow(NonFiniteError)
    if (!seen.disposed) expect(await seen.array()).toEqual([3, 4])
    for (const array of [w, seen]) array.dispose()
    step.dispose()
    expect(backend.memory()).toEqual(before)
  })

  test('of one array to two calls at once: one gets it, the other is told', async () => {
    const step = compile(backend, (w: Tensor) => w.add(1), { donate: [0] })
    const w = upload([1])
    const [first, second] = await Promise.allSettled([step(w), step(w)])
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected'])
    expect((second as PromiseRejectedResult).reason).toBeInstanceOf(BackendError)
  })

  test('an array that is given twice keeps its numbers for the other place', async () => {
    const fn = compile(backend, (a: Tensor, b: Tensor) => [a.mul(2), a.add(b)] as const, { donate: [0] })
    const a = upload([1, 2, 3])
    const [double, sum] = await fn(a, a)
    expect([await read(double), await read(sum)]).toEqual([
      [2, 4, 6],
      [2, 4, 6],
    ])
  })

  test.each([-1, 0.5])('refuses the position %d', (position) => {
    expect(() => compile(backend, (x: Tensor) => x, { donate: [position] })).toThrow(/compile: donate: expected whole/)
  })
})

describe('misuse', () => {
  test('a tensor where a value belongs', async () => {
    const fn = compile(backend, ({ x }: { x: Tensor }) => x)
    const complaint = /argument 0\.x: expected a value, received a Tensor.*evaluate\(backend, tensor\)/
    await expect(fn({ x: tensor(1) as unknown as number })).rejects.toThrow(complaint)
  })

  test('a compiled function inside another: the complaint comes out, and nothing goes unhandled', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const inner = compile(backend, (x: Tensor) => x.mul(2))
    const outer = compile(backend, (x: Tensor) => inner(x as unknown as number) as unknown as Tensor)
    await expect(outer(1)).rejects.toThrow(/a synchronous function of tensors, received an async one/)
    const inTree = compile(backend, (x: Tensor) => ({ y: inner(x as unknown as number) as unknown as Tensor }))
    await expect(inTree(1)).rejects.toThrow(/a synchronous function of tensors, received an async one/)
    const reading = compile(backend, async (x: Tensor) => x.add((await x.array()) as number))
    await expect(reading(1)).rejects.toThrow(/an async one\. Read values outside/)
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })

  test('a tensor of another trace', async () => {
    const leaked: Tensor[] = []
    const first = compile(backend, (weights: Tensor) => {
      leaked.push(weights.mul(2))
      return weights
    })
    await first([1])
    const second = compile(backend, (x: Tensor) => x.add(leaked[0] as Tensor))
    await expect(second(1)).rejects.toThrow(/of its arguments and of known values, received one that uses .*elsewhere/)
    await expect(leaked[0]?.array()).rejects.toThrow(/depends on the traced input 0\. Return it/)
  })

  test('arguments that are no values, by name', async () => {
    const fn = compile(backend, (_: unknown, { mode }: { mode: Tensor }) => mode)
    await expect(fn(1, { mode: 'train' as unknown as number })).rejects.toThrow(
      /^Calling a compiled function: argument 1\.mode: expected numbers, .* received string/,
    )
    await expect(fn(1, { mode: [[1], [1, 2]] })).rejects.toThrow(ShapeError)
  })

  test('a tensor under an operator of JavaScript', async () => {
    const repeat = compile(backend, (x: Tensor, times: number) => {
      let y = x
      for (let i = 0; i < times; i++) y = y.mul(2)
      return y
    })
    await expect(repeat(1, 3)).rejects.toThrow(/^Using a tensor as a number: expected .* received float32\[\]/)
  })

  test('arrays of another backend, and a closed backend', async () => {
    const other = openReference()
    const fn = compile(backend, (x: Tensor) => x)
    await expect(fn(other.upload(toHostArray(1)))).rejects.toThrow(/an array of backend/)
    backend.close()
    await expect(fn(1)).rejects.toThrow(BackendError)
  })

  test('results that are no values', async () => {
    const fn = compile(backend, () => 'text' as unknown as Tensor)
    await expect(fn()).rejects.toThrow(/received string/)
  })
})

describe('traceGraph and composition', () => {
  test('gives the graph for example values or tensors', () => {
    const graph = traceGraph((x: Tensor, y: Tensor) => x.add(y), tensor([1, 2]), zeros([3, 2]))
    expect(graph.inputs.map(({ shape }) => shape)).toEqual([[2], [3, 2]])
    expect(graph.outputs.map(({ shape }) => shape)).toEqual([[3, 2]])
    const numbers = traceGraph((x: Tensor | number, y: Tensor | number) => (x as Tensor).add(y), 1, 2)
    expect(numbers.inputs).toHaveLength(2)
  })

  test('gradients compile, alone and with their value', async () => {
    const loss = (w: { a: Tensor; b: Tensor }, x: Tensor) => w.a.mul(x).add(w.b).square().sum()
    const both = compile(backend, valueAndGrad(loss))
    const { value, gradient } = await both({ a: [1, 2], b: 1 }, [1, 1])
    // (1 + 1)² + (2 + 1)² = 13; ∂a = 2 (ax + b) x = [4, 6]; ∂b = 10
    expect(await read(value)).toBe(13)
    expect(await read(gradient.a)).toEqual([4, 6])
    expect(await read(gradient.b)).toBe(10)
    const second = compile(
      backend,
      grad((x: Tensor) => grad((y: Tensor) => y.pow(4).sum())(x).sum()),
    )
    expect(await read(await second([1, 2]))).toEqual([12, 48])
  })

  test('results are tensors, device arrays are not', async () => {
    const fn = compile(backend, (x: Tensor) => x)
    const result: DeviceArray = await fn([1, 2])
    expect(result).not.toBeInstanceOf(Tensor)
    expect((await result.ndarray()).get(1)).toBe(2)
    expect(result.shape).toEqual([2])
  })
})
