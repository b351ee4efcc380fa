// What a backend promises besides right numbers: memory, donation, repeatability, debug mode, typed errors.
import {
  type Backend,
  BackendError,
  type HostArray,
  makeGraph,
  makeInput,
  makeNode,
  NonFiniteError,
  toHostArray,
} from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'

const type = { shape: [3, 5], dtype: 'float32' } as const
const numbers: HostArray = { ...type, data: Float32Array.from({ length: 15 }, (_, i) => i - 7) }
const ones: HostArray = { ...type, data: new Float32Array(15).fill(1) }

/** w − g, and the sum of the old w. */
function makeUpdate() {
  const [w, g] = [makeInput('w', type), makeInput('g', type)]
  return makeGraph([w, g], [makeNode('sub', [w, g], {}), makeNode('sum', [w], { axes: [0, 1] })])
}

/** Tests of the contract in `Backend`; `open` gives the backend under test. */
export function defineContractTests(open: () => Backend, another: () => Promise<Backend>): void {
  describe('contract', () => {
    test('what is uploaded comes back, bit by bit', async () => {
      const values = [
        toHostArray(Float32Array.of(0, -1.5, 3e38, 1e-30, 2 ** -24)),
        toHostArray(Int32Array.of(0, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1)),
        toHostArray([true, false, true, true, false]),
        toHostArray(7),
        { shape: [0, 3], dtype: 'float32', data: new Float32Array(0) } as const,
        { shape: [2, 1, 3], dtype: 'int32', data: Int32Array.of(1, 2, 3, 4, 5, 6) } as const,
      ]
      for (const value of values) {
        const array = open().upload(value)
        expect(await array.host()).toEqual(value)
        array.dispose()
      }
    })

    test('upload takes a copy', async () => {
      const data = Float32Array.of(1, 2, 3)
      const array = open().upload({ shape: [3], dtype: 'float32', data })
      data.fill(9)
      expect(Array.from(await array.data())).toEqual([1, 2, 3])
      array.dispose()
    })

    test('an executable runs again and again, and memory returns to where it began', async () => {
      const backend = open()
      const before = backend.memory()
      const executable = await backend.compile(makeUpdate())
      const [w, g] = [backend.upload(numbers), backend.upload(ones)]
      const kept = []
      for (let run = 0; run < 3; run++) {
        const outputs = await executable.run([w, g])
        kept.push(...outputs)
        expect(Array.from((await outputs[0]?.data()) ?? [])).toEqual(Array.from(numbers.data, (x) => x - 1))
        expect(await outputs[1]?.array()).toBe(0)
      }
      const full = backend.memory()
      for (const array of kept) array.dispose()
      expect(backend.memory().bytes).toBeLessThan(full.bytes)
      for (const array of [w, g]) array.dispose()
      executable.dispose()
      expect(backend.memory()).toEqual(before)
    })

    test('outputs of one run survive the next, and the executable', async () => {
      const backend = open()
      const executable = await backend.compile(makeUpdate())
      const [w, g] = [backend.upload(numbers), backend.upload(ones)]
      const [first] = await executable.run([w, g])
      const [second] = await executable.run([g, g])
      executable.dispose()
      expect(Array.from((await first?.data()) ?? [])).toEqual(Array.from(numbers.data, (x) => x - 1))
      expect(Array.from((await second?.data()) ?? [])).toEqual(new Array(15).fill(0))
    })

    test('donated arrays are disposed; results are the same', async () => {
      const backend = open()
      const executable = await backend.compile(makeUpdate(), { donate: [0] })
      const g = backend.upload(ones)
      let w = backend.upload(numbers)
      for (let step = 1; step <= 4; step++) {
        const [next, sum] = await executable.run([w, g])
        expect(w.disposed).toBe(true)
        expect(g.disposed).toBe(false)
        expect(await sum?.array()).toBe(15 - 15 * step)
        if (!next) throw new Error('no output')
        w = next
      }
      expect(Array.from(await w.data())).toEqual(Array.from(numbers.data, (x) => x - 4))
    })

    test('what was read of an array stays, though the array is donated', async () => {
      const backend = open()
      const executable = await backend.compile(makeUpdate(), { donate: [0] })
      const w = backend.upload(numbers)
      const seen = await w.data()
      await executable.run([w, backend.upload(ones)])
      expect(Array.from(seen)).toEqual(Array.from(numbers.data))
      await expect(w.data()).rejects.toThrow(BackendError)
    })

    test('one array may be given twice, and donated', async () => {
      const backend = open()
      const executable = await backend.compile(makeUpdate(), { donate: [0] })
      const w = backend.upload(ones)
      const [difference, sum] = await executable.run([w, w])
      expect(Array.from((await difference?.data()) ?? [])).toEqual(new Array(15).fill(0))
      expect(await sum?.array()).toBe(15)
    })

    test('inputs, constants and duplicates as outputs are arrays of their own', async () => {
      const backend = open()
      const x = makeInput('x', type)
      const executable = await backend.compile(makeGraph([x], [x, x]))
      const input = backend.upload(numbers)
      const [a, b] = await executable.run([input])
      input.dispose()
      a?.dispose()
      expect(Array.from((await b?.data()) ?? [])).toEqual(Array.from(numbers.data))
    })

    test('wrong inputs are refused', async () => {
      const backend = open()
      const executable = await backend.compile(makeUpdate())
      const [w, small] = [backend.upload(numbers), backend.upload(toHostArray([1, 2]))]
      await expect(executable.run([w])).rejects.toThrow(BackendError)
      await expect(executable.run([w, small])).rejects.toThrow(BackendError)
      const foreign = await another()
      await expect(executable.run([w, foreign.upload(ones)])).rejects.toThrow(BackendError)
      foreign.close()
      const gone = backend.upload(ones)
      gone.dispose()
      await expect(executable.run([w, gone])).rejects.toThrow(BackendError)
      await expect(gone.data()).rejects.toThrow(BackendError)
    })

    test('debug mode stops at the first node that is not finite and names it', async () => {
      const backend = open()
      const x = makeInput('x', { shape: [4], dtype: 'float32' })
      const logarithm = makeNode('log', [x], {})
      const graph = makeGraph([x], [makeNode('tanh', [makeNode('exp', [logarithm], {})], {})])
      const executable = await backend.compile(graph, { debug: true })
      const good = await executable.run([backend.upload(toHostArray([1, 2, 3, 4]))])
      expect(await good[0]?.data()).toHaveLength(4)
      const run = executable.run([backend.upload(toHostArray([1, 2, 0, 4]))])
      await expect(run).rejects.toThrow(NonFiniteError)
      await expect(run).rejects.toThrow(/log/)
    })

    test('statistics are filled in', async () => {
      const { stats } = await open().compile(makeUpdate())
      expect(stats.kernels).toBeGreaterThanOrEqual(1)
      expect(stats.programs).toBeGreaterThanOrEqual(1)
      expect(stats.bytes).toBeGreaterThanOrEqual(0)
      expect(stats.compileMilliseconds).toBeGreaterThan(0)
    })

    test('a closed backend refuses work', async () => {
      const backend = await another()
      const array = backend.upload(numbers)
      backend.close()
      expect(() => backend.upload(numbers)).toThrow(BackendError)
      await expect(backend.compile(makeUpdate())).rejects.toThrow(BackendError)
      array.dispose()
    })
  })
}
