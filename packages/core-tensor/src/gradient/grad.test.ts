// grad and its relatives as functions: closures, nesting, trees, what is passed through, and what is refused.
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { runGraphOnHost } from '../backend/reference/run-on-host.ts'
import { GradientError, ShapeError } from '../errors.ts'
import { makeGraph } from '../graph/graph.ts'
import type { HostArray } from '../host/host-array.ts'
import { concat, ones, tensor, zeros } from '../ops/create.ts'
import { scan } from '../ops/scan.ts'
import { makeInput, makeItem, makeNode } from '../trace/build.ts'
import { Tensor } from '../trace/tensor.ts'
import { grad, jacobian, valueAndGrad, valueAndGradWithAux, vjp } from './grad.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const sum = (x: Tensor): Tensor => x.sum()
const at = async (fn: (x: Tensor) => Tensor, x: number): Promise<unknown> => fn(tensor(x)).array()

describe('derivatives of functions of one number', () => {
  test('higher and higher', async () => {
    const quintic = (x: Tensor): Tensor => x.pow(5)
    let derivative = quintic
    for (const expected of [5 * 16, 20 * 8, 60 * 4, 120 * 2, 120, 0]) {
      derivative = grad(derivative)
      expect(await at(derivative, 2)).toBe(expected)
    }
    const wave = grad(grad(grad((x: Tensor) => x.sin().mul(x))))
    expect(await at(wave, 0.5)).toBeCloseTo(-3 * Math.sin(0.5) - 0.5 * Math.cos(0.5), 5)
  })

  test('an exponent that is a number: at 0, at negative numbers, and in every derivative', async () => {
    for (const exponent of [0, 1, 2, 3]) {
      let derivative = (x: Tensor): Tensor => x.pow(exponent)
      let factor = 1
      for (let order = 1; order <= 4; order++) {
        derivative = grad(derivative)
        factor *= Math.max(0, exponent - order + 1)
        expect(await at(derivative, 0)).toBe(order === exponent ? factor : 0)
        expect(await at(derivative, -2)).toBe(factor === 0 ? 0 : factor * (-2) ** (exponent - order))
      }
    }
  })

  test('where functions have a corner: the mean of both sides, or 0', async () => {
    expect(
      await at(
        grad((x) => x.relu()),
        0,
      ),
    ).toBe(0)
    expect(
      await at(
        grad((x) => x.abs()),
        0,
      ),
    ).toBe(0)
    expect(
      await at(
        grad((x) => x.maximum(0)),
        0,
      ),
    ).toBe(0.5)
    expect(
      await at(
        grad((x) => x.minimum(0)),
        0,
      ),
    ).toBe(0.5)
    expect(
      await at(
        grad((x) => x.softplus()),
        0,
      ),
    ).toBe(0.5)
    expect(
      await at(
        grad((x) => x.maximum(x)),
        3,
      ),
    ).toBe(1)
    expect(await grad((x: Tensor) => x.max())(tensor([1, 5, 5])).array()).toEqual([0, 0.5, 0.5])
    expect(await grad((x: Tensor) => x.min())(tensor([1, 1, 1, 5])).array()).toEqual([
      Math.fround(1 / 3),
      Math.fround(1 / 3),
      Math.fround(1 / 3),
      -0,
    ])
  })

  test('softplus far from 0: 0 and 1, never NaN', async () => {
    const slope = grad((x: Tensor) => x.softplus().sum())
    expect(await slope(tensor([-1e4, 1e4])).array()).toEqual([0, 1])
  })

  test('what is not chosen by where passes no gradient, not even NaN', async () => {
    const root = (x: Tensor): Tensor => x.greater(0).where(x.greater(0).where(x, 1).sqrt(), 0).sum()
    expect(await grad(root)(tensor([4, 0, -1])).array()).toEqual([0.25, 0, 0])
  })
})

describe('log-sum-exp and softmax', () => {
  test('the gradient of log-sum-exp is softmax, far out too', async () => {
    const x = tensor([[1e4, 1e4, -1e4], [0, 1, 2]]) // biome-ignore format: a matrix
    const slope = grad((t: Tensor) => t.logSumExp(-1).sum())(x)
    const [a, b] = [await slope.data(), await x.softmax().data()]
    a.forEach((number, i) => {
      expect(number).toBeCloseTo(b[i] as number, 6)
    })
  })

  test('−∞ takes no gradient: one, some, or all', async () => {
    const x = tensor([[-inf, 3], [-inf, -inf], [0, 0]]) // biome-ignore format: a matrix
    expect(await grad((t: Tensor) => t.logSumExp(-1).sum())(x).array()).toEqual([[0, 1], [0, 0], [0.5, 0.5]]) // biome-ignore format: a matrix
    expect(await grad((t: Tensor) => t.softmax().at(1).sum())(tensor([-inf, 3])).array()).toEqual([-0, 0])
  })

  test('the gradient of a cross entropy is softmax − target', async () => {
    const loss = (x: Tensor): Tensor => x.logSoftmax().at(1).neg()
    const slope = (await grad(loss)(tensor([1, 2, 3])).array()) as number[]
    const total = Math.E + Math.E ** 2 + Math.E ** 3
    expect(slope[0]).toBeCloseTo(Math.E / total, 6)
    expect(slope[1]).toBeCloseTo(Math.E ** 2 / total - 1, 6)
  })
})

describe('closures', () => {
  test('perturbation confusion: d/dx (x · d/dy (x + y)) = 1, and relatives', async () => {
    expect(
      await at(
        grad((x) => x.mul(grad((y: Tensor) => x.add(y))(tensor(1)))),
        5,
      ),
    ).toBe(1)
    expect(
      await at(
        grad((x) => grad((y: Tensor) => x.mul(y).mul(y))(x)),
        3,
      ),
    ).toBe(2 * 3 + 2 * 3)
    expect(
      await at(
        grad((x) => grad((y: Tensor) => y.mul(x.stopGradient()))(x)),
        3,
      ),
    ).toBe(0)
    const confused = (x: Tensor): Tensor => grad((y: Tensor) => grad((z: Tensor) => x.mul(y).mul(z).mul(z))(y))(x)
    // ∂z: 2 x y z at z = y: 2 x y²; ∂y: 4 x y at y = x: 4 x²; ∂x: 8 x.
    expect(await at(confused, 3)).toBe(36)
    expect(await at(grad(confused), 3)).toBe(24)
  })

  test('the argument counts only where it comes in as the argument', async () => {
    const x = tensor(3)
    expect(await grad((y: Tensor) => y.mul(x))(x).array()).toBe(3)
    expect(await grad((y: Tensor) => y.mul(y))(x).array()).toBe(6)
  })

  test('an argument that is itself computed', async () => {
    // d/dx of y² + x y at y = sin x, by the chain rule through both.
    const f = (x: Tensor): Tensor => valueAndGrad((y: Tensor) => y.square().add(x.mul(y)))(x.sin()).gradient
    // gradient: 2 sin x + x; its derivative: 2 cos x + 1
    expect(await at(f, 0.7)).toBeCloseTo(2 * Math.sin(0.7) + 0.7, 6)
    expect(await at(grad(f), 0.7)).toBeCloseTo(2 * Math.cos(0.7) + 1, 6)
  })

  test('the same tensor in two places of the argument', async () => {
    const x = tensor(2)
    const { gradient } = valueAndGrad(({ a, b }: { a: Tensor; b: Tensor }) => a.mul(a).mul(b))({ a: x, b: x })
    expect([await gradient.a.array(), await gradient.b.array()]).toEqual([8, 4])
  })
})

describe('trees', () => {
  interface Params {
    readonly layers: readonly { readonly weight: Tensor; readonly bias: Tensor }[]
    readonly unused: Tensor
    readonly missing?: undefined
  }
  const params: Params = {
    layers: [
      { weight: tensor([[1, 2], [3, 4]]), bias: tensor([5, 6]) },
      { weight: tensor([[1, 0], [0, 1]]), bias: tensor([0, 1]) },
    ],
    unused: ones([2, 3]),
  } // biome-ignore format: matrices
  const run = ({ layers }: Params, x: Tensor): Tensor =>
    layers.reduce((h, { weight, bias }) => h.matmul(weight).add(bias), x).sum()

  test('gradients have the structure of the argument; what is unused gets zeros', async () => {
    const gradient = grad(run)(params, tensor([[1, 1]]))
    expectTypeOf(gradient.layers[0]?.weight).toEqualTypeOf<Tensor | undefined>()
    expect(await gradient.layers[0]?.weight.array()).toEqual([[1, 1], [1, 1]])
    expect(await gradient.layers[1]?.weight.array()).toEqual([[9, 9], [12, 12]])
    expect(await gradient.layers[1]?.bias.array()).toEqual([1, 1])
    expect(await gradient.unused.array()).toEqual([[0, 0, 0], [0, 0, 0]])
    expect(Object.keys(gradient)).toEqual(['layers', 'unused'])
  }) // biome-ignore format: matrices

  test('only the first argument is differentiated; the others may be anything', async () => {
    const fn = (x: Tensor, power: number, { scale }: { scale: Tensor }): Tensor => x.pow(power).mul(scale)
    expect(await grad(fn)(tensor(3), 2, { scale: tensor(10) }).array()).toBe(60)
  })

  test('numbers and typed arrays as the argument', async () => {
    const gradient = grad((x: Tensor | number) => (x as Tensor).square())(3)
    expect(await gradient.array()).toBe(6)
    const vector = grad((x: Tensor | Float32Array) => (x as Tensor).square().sum())(Float32Array.of(1, 2))
    expect(await vector.array()).toEqual([2, 4])
  })

  test('empty trees and empty tensors', async () => {
    expect(grad((_: readonly Tensor[]) => tensor(1))([])).toEqual([])
    expect(await grad(sum)(zeros([0, 2])).array()).toEqual([])
    expect(grad((x: Tensor) => x.sum())(zeros([0, 2])).shape).toEqual([0, 2])
  })
})

describe('what else comes back', () => {
  test('the value, and whatever was computed on the way, without gradient of its own', async () => {
    const fn = (x: Tensor, k: number) => {
      const squares = x.square()
      return [squares.sum(), { squares, count: tensor(k), none: undefined }] as const
    }
    const { value, gradient, aux } = valueAndGradWithAux(fn)(tensor([1, 2]), 7)
    expect([await value.array(), await gradient.array()]).toEqual([5, [2, 4]])
    expect([await aux.squares.array(), await aux.count.array(), aux.none]).toEqual([[1, 4], 7, undefined])
  })

  test('what comes back is over the actual argument, and can be differentiated again', async () => {
    const second = grad((x: Tensor) => {
      const { value, aux } = valueAndGradWithAux((y: Tensor) => [y.square().sum(), y.pow(3)] as const)(x)
      return value.add(aux.sum())
    })
    expect(await second(tensor([1, 2])).array()).toEqual([2 + 3, 4 + 12])
  })
})

describe('vjp and jacobian', () => {
  test('vjp pulls any gradient back, several times', async () => {
    const { value, pull } = vjp((x: Tensor) => x.square(), tensor([1, 2, 3]))
    expect(await value.array()).toEqual([1, 4, 9])
    expect(await pull([1, 10, 100]).array()).toEqual([2, 40, 600])
    expect(await pull(1).array()).toEqual([2, 4, 6])
    expect(() => pull([1, 2])).toThrow(ShapeError)
  })

  test('a vjp can be differentiated: d/dx Σ (J(x)ᵀ v)', async () => {
    // x³ pulled back with v: 3 x² v; its derivative: 6 x v
    const fn = (x: Tensor): Tensor =>
      vjp((y: Tensor) => y.pow(3), x)
        .pull([1, 2])
        .sum()
    expect(await grad(fn)(tensor([1, 2])).array()).toEqual([6, 24])
  })

  test('the jacobian of a linear map is its matrix; of one number, a column', async () => {
    const matrix = tensor([[1, 2], [3, 4], [5, 6]]) // biome-ignore format: a matrix
    const apply = (x: Tensor): Tensor => matrix.matmul(x.expandDims(1)).squeeze(1)
    expect(await jacobian(apply)(tensor([7, 8])).array()).toEqual([[1, 2], [3, 4], [5, 6]]) // biome-ignore format: a matrix
    expect(await jacobian((x: Tensor) => x.mul([1, 2]))(tensor(3)).array()).toEqual([1, 2])
    expect(await jacobian((x: Tensor) => x.sum())(tensor([3, 4])).array()).toEqual([1, 1])
    expect(jacobian((x: Tensor) => x.slice([0], [0]))(tensor([3, 4])).shape).toEqual([0, 2])
    const hessian = jacobian(grad((x: Tensor) => x.at(0).square().mul(x.at(1))))
    expect(await hessian(tensor([3, 5])).array()).toEqual([[10, 6], [6, 0]]) // biome-ignore format: a matrix
  })

  test('random maps: the jacobian against finite differences', () => {
    const step = 1e-5
    fc.assert(
      fc.property(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 2, maxLength: 4 }), (numbers) => {
        const size = numbers.length
        const fn = (x: Tensor): Tensor =>
          concat([x.sin().mul(x.flip()), x.softmax().sum().expandDims(0), x.tanh().exp()])
        const input = makeInput('x', { shape: [size], dtype: 'float32' })
        const x = new Tensor(input)
        const graph = makeGraph([input], [fn(x).node, jacobian(fn)(x).node])
        const run = (at: readonly number[]): HostArray[] =>
          runGraphOnHost(graph, [{ shape: [size], dtype: 'float32', data: Float64Array.from(at) }], {
            precision: 'double',
          })
        const [, exact] = run(numbers)
        expect(exact?.shape).toEqual([2 * size + 1, size])
        for (let j = 0; j < size; j++) {
          const moved = (by: number) => run(numbers.map((number, i) => (i === j ? number + by : number)))[0]?.data
          const [above, below] = [moved(step), moved(-step)]
          for (let i = 0; i < 2 * size + 1; i++) {
            const numeric = ((above?.[i] as number) - (below?.[i] as number)) / (2 * step)
            expect(exact?.data[i * size + j]).toBeCloseTo(numeric, 6)
          }
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('a scan node that stands for its first result', () => {
  test('gets the gradients of both, the node and its item', async () => {
    const h = makeInput('h', { shape: [], dtype: 'float32' })
    const body = makeGraph([h], [makeNode('mul', [h, h], {})])
    const fourth = (x: Tensor): Tensor => {
      const node = makeNode('scan', [x.node], { length: 2, body, carries: 1, sequences: 0, reverse: false })
      return new Tensor(node).add(new Tensor(makeItem(node, 0)))
    }
    expect(await at(grad(fourth), 3)).toBe(2 * 4 * 27)
  })
})

describe('complaints', () => {
  test.each([
    [
      'a vector',
      (x: Tensor) => x,
      /^grad: expected a function that gives a float32 scalar, received float32\[2\]\. Reduce the result with \.sum\(\) or \.mean\(\), or use vjp/,
    ],
    ['an integer', (x: Tensor) => x.argMax(), /received int32\[\]/],
    ['a bool', (x: Tensor) => x.at(0).greater(0), /received bool\[\]/],
    ['no tensor', () => 1 as unknown as Tensor, /received number/],
    ['nothing', () => undefined as unknown as Tensor, /received undefined/],
  ])('a function that gives %s', (_, fn, message) => {
    expect(() => grad(fn)(tensor([1, 2]))).toThrow(GradientError)
    expect(() => grad(fn)(tensor([1, 2]))).toThrow(message)
  })

  test('arguments without derivatives, by name', () => {
    const fn = (x: { step: Tensor; on: Tensor }): Tensor => x.step.cast('float32').sum()
    const complaint =
      /^grad: argument step: expected float32, received int32\[\]\. Pass integers and bools as other arguments/
    expect(() => grad(fn)({ step: tensor(1, { dtype: 'int32' }), on: tensor(1) })).toThrow(complaint)
    expect(() => grad(sum)(tensor([true]))).toThrow(/^grad: argument value: expected float32, received bool\[1\]/)
  })

  test('vjp of integers', () => {
    expect(() => vjp((x) => x.argMax(), tensor([1, 2]))).toThrow(GradientError)
    expect(() => jacobian((x: Tensor) => x.greater(0))(tensor([1, 2]))).toThrow(
      /^vjp: expected a function that gives float32, received bool\[2\]/,
    )
    expect(() => vjp(sum, tensor([1], { dtype: 'int32' }))).toThrow(GradientError)
  })

  test('a tensor that leaves the function before it is over', async () => {
    const leaked: Tensor[] = []
    grad((x: Tensor) => {
      leaked.push(x)
      return x
    })(tensor(1))
    await expect(leaked[0]?.array()).rejects.toThrow(/depends on the traced input/)
  })
})

test('through a scan within a gradient within a scan', async () => {
  // Each step descends the gradient of (h − x)² by a quarter: h ← (h + x) / 2.
  const descend = (x: Tensor): Tensor =>
    scan(
      (h: Tensor) => [
        h.sub(
          grad((c: Tensor) => {
            const [last] = scan((s: Tensor) => [s, undefined], c.sub(x), undefined, { length: 1 })
            return last.square()
          })(h).mul(0.25),
        ),
        undefined,
      ],
      tensor(0),
      undefined,
      { length: 3 },
    )[0]
  expect(await at(descend, 8)).toBe(7)
  expect(await at(grad(descend), 8)).toBe(7 / 8)
  expect(
    await at(
      grad((x) => x.mul(nan).stopGradient().mul(0).add(x)),
      1,
    ),
  ).toBe(1)
})
