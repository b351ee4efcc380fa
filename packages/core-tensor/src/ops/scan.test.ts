// The function scan: what it carries, captures, stacks and refuses.
import { describe, expect, test } from 'vitest'
import { DTypeError, ShapeError } from '../errors.ts'
import { makeInput } from '../trace/build.ts'
import type { NodeOf } from '../trace/node.ts'
import { Tensor } from '../trace/tensor.ts'
import { arange, ones, tensor, zeros } from './create.ts'
import { randomKey, randomUniform } from './random.ts'
import { scan } from './scan.ts'

const int = (value: number | number[]): Tensor => tensor(value, { dtype: 'int32' })

describe('values', () => {
  test('running sums, forwards and in reverse; results keep the order of the sequence', async () => {
    const add = (sum: Tensor, x: Tensor) => [sum.add(x), sum.add(x)] as const
    const [last, all] = scan(add, tensor(10), [1, 2, 3] as unknown as Tensor)
    expect(await last.array()).toBe(16)
    expect(await all.array()).toEqual([11, 13, 16])
    const [first, back] = scan(add, tensor(10), tensor([1, 2, 3]), { reverse: true })
    expect(await first.array()).toBe(16)
    expect(await back.array()).toEqual([16, 15, 13])
  })

  test('several carries in a tree, of every dtype, that change places', async () => {
    interface State {
      readonly fibonacci: readonly [Tensor, Tensor]
      readonly odd: Tensor
      readonly nothing: undefined
    }
    const [{ fibonacci, odd, nothing }, numbers] = scan(
      ({ fibonacci: [a, b], odd }: State) => [
        { fibonacci: [b, a.add(b)] as const, odd: odd.not(), nothing: undefined },
        { a, parity: [odd] },
      ],
      { fibonacci: [int(0), int(1)], odd: tensor(false), nothing: undefined } as State,
      undefined,
      { length: 8 },
    )
    expect(await Promise.all(fibonacci.map((part) => part.array()))).toEqual([21, 34])
    expect([await odd.array(), nothing]).toEqual([false, undefined])
    expect(await numbers.a.array()).toEqual([0, 1, 1, 2, 3, 5, 8, 13])
    expect(await numbers.parity[0]?.array()).toEqual([false, true, false, true, false, true, false, true])
  })

  test('one step and none', async () => {
    const step = (carry: Tensor, x: Tensor) => [carry.mul(x), x.neg()] as const
    const [one, seen] = scan(step, tensor([3]), tensor([[2]]))
    expect([await one.array(), await seen.array()]).toEqual([[6], [[-2]]])
    const [none, empty] = scan(step, tensor([3]), zeros([0, 1]))
    expect(await none.array()).toEqual([3])
    expect([empty.shape, await empty.array()]).toEqual([[0, 1], []])
  })

  test('numbers stand for carries and results, and a result may be what comes from outside', async () => {
    const outside = tensor([1, 2]).exp()
    const [last, [constant, captured, same]] = scan(
      (carry: Tensor, x: Tensor) => [carry.add(1), [7 as unknown as Tensor, outside, x] as const],
      0 as unknown as Tensor,
      tensor([5, 6]),
    )
    expect(await last.array()).toBe(2)
    expect(await constant.array()).toEqual([7, 7])
    expect(captured.shape).toEqual([2, 2])
    expect((await captured.at(1).data())[0]).toBeCloseTo(Math.E, 5)
    expect(await same.array()).toEqual([5, 6])
  })

  test('no carry at all: a map over the sequence', async () => {
    const [, squares] = scan((_: undefined, x: Tensor) => [undefined, x.square()], undefined, arange(4))
    expect(await squares.array()).toEqual([0, 1, 4, 9])
  })

  test('a scan in a scan: a multiplication table', async () => {
    const [, table] = scan(
      (_: undefined, row: Tensor) => {
        const [, products] = scan(
          (_inner: undefined, column: Tensor) => [undefined, row.mul(column)],
          undefined,
          arange(3),
        )
        return [undefined, products]
      },
      undefined,
      arange(4),
    )
    expect(await table.array()).toEqual([0, 1, 2, 3].map((row) => [0, row, 2 * row]))
  })

  test('a key from outside draws the same numbers in each step, a carried one others', async () => {
    const [, same] = scan((_: undefined) => [undefined, randomUniform(randomKey(1), [2])], undefined, undefined, {
      length: 3,
    })
    const rows = (await same.array()) as number[][]
    expect(rows[1]).toEqual(rows[0])
    expect(rows[0]).toEqual(await randomUniform(randomKey(1), [2]).array())
  })
})

describe('what a body captures', () => {
  const capturedOf = (scanned: Tensor): string[] => {
    const node = scanned.node.inputs[0] as NodeOf<'scan'>
    const { carries, sequences } = node.attributes
    return node.inputs.slice(carries + sequences).map(({ shape }) => `[${shape}]`)
  }
  const x = new Tensor(makeInput('x', { shape: [3], dtype: 'float32' }))

  test('each tensor once, whether used directly or by an inner scan', () => {
    const squared = x.square()
    const [last] = scan(
      (carry: Tensor) => {
        const [inner] = scan((c: Tensor) => [c.mul(squared).add(x), undefined], carry, undefined, { length: 2 })
        return [inner.add(squared), undefined]
      },
      zeros([3]),
      undefined,
      { length: 2 },
    )
    expect(capturedOf(last).sort()).toEqual(['[3]', '[3]'])
  })

  test('a repeated tensor comes in as it was before it was repeated; constants stay inside', () => {
    const wide = x.broadcastTo([100, 3])
    const [last] = scan((carry: Tensor) => [carry.add(wide).mul(tensor(2)), undefined], zeros([100, 3]), undefined, {
      length: 2,
    })
    expect(capturedOf(last)).toEqual(['[1,3]'])
  })
})

describe('complaints', () => {
  const keep = (carry: Tensor) => [carry, undefined] as const

  test('no length', () => {
    expect(() => scan(keep, tensor(0), undefined)).toThrow(
      /^scan: expected a sequence with a time axis, or the option length, received neither\. Pass \{ length: steps \}/,
    )
    expect(() => scan(keep, tensor(0), tensor(1))).toThrow(ShapeError)
  })

  test.each([[-1], [1.5]])('the length %d', (length) => {
    expect(() => scan(keep, tensor(0), undefined, { length })).toThrow(/^scan: length/)
  })

  test('sequences of different lengths', () => {
    const body = (carry: Tensor, _: { a: Tensor; b: Tensor }) => [carry, undefined] as const
    expect(() => scan(body, tensor(0), { a: ones([3]), b: ones([4, 2]) })).toThrow(
      /^scan: sequence 2: expected a leading axis of length 3, received float32\[4, 2\]\. Put the time axis first/,
    )
    expect(() => scan(keep, tensor(0), ones([3]), { length: 2 })).toThrow(/expected a leading axis of length 2/)
    expect(() => scan(body, tensor(0), { a: ones([3]), b: tensor(1) })).toThrow(/sequence 2: expected a leading axis/)
  })

  test('carries that change their shape, dtype or structure', () => {
    const run = (body: (carry: Tensor) => Tensor) => () =>
      scan((carry: Tensor) => [body(carry), undefined], ones([2]), undefined, { length: 2 })
    expect(run((carry) => carry.expandDims(0))).toThrow(
      /^scan: carry 1: expected float32\[2\], received float32\[1, 2\]\. A carry keeps its shape/,
    )
    expect(run((carry) => carry.cast('int32'))).toThrow(DTypeError)
    expect(run((carry) => [carry, carry] as unknown as Tensor)).toThrow(
      /^scan: body: expected a carry of the structure \* it was given, received \[\*,\*\]\. Return \[nextCarry, result\]/,
    )
  })

  test('a body that returns no pair', () => {
    const forgotten = ((carry: Tensor) => carry) as unknown as typeof keep
    expect(() => scan(forgotten, tensor(0), undefined, { length: 2 })).toThrow(
      /^scan: body: expected a pair.* received Tensor\(float32\[\]\)\. Return \[nextCarry, result\]/,
    )
  })
})
