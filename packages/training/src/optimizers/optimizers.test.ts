// Optimizers against ten steps of PyTorch's (fixtures/make_steps.py), and weight decay against its equation.
import { readFileSync } from 'node:fs'
import {
  compile,
  grad,
  type HostArray,
  mapTree,
  openReference,
  type Tensor,
  ValueError,
} from '@deep-recipe/core-tensor'
import { l1Penalty, l2Penalty, weightsOnly } from '@deep-recipe/regularizers'
import { describe, expect, test } from 'vitest'
import { exponentialDecay } from '../schedules.ts'
import { adagrad, adam, rmsprop } from './adaptive.ts'
import type { Optimizer } from './optimizer.ts'
import { sgd } from './sgd.ts'
import { adamW, clipByGlobalNorm, clipByValue, globalNorm, withClipping, withWeightDecay } from './wrappers.ts'

interface Parameters {
  readonly weight: number[][]
  readonly bias: number[]
}

type ParameterTensors = { readonly [Name in keyof Parameters]: Tensor }

interface Expected {
  readonly start: Parameters
  readonly gradients: readonly Parameters[]
  readonly optimizers: Readonly<Record<string, readonly Parameters[]>>
  readonly clipByNorm: readonly Parameters[]
  readonly clipByValue: readonly Parameters[]
  readonly norms: readonly number[]
}

const expected: Expected = JSON.parse(readFileSync(new URL('fixtures/steps.json', import.meta.url), 'utf8'))
const backend = openReference({ precision: 'double' })

/** The parameters after each step with the stored gradients. */
async function walk(optimizer: Optimizer, start: Parameters = expected.start): Promise<Parameters[]> {
  const init = compile(backend, (params: ParameterTensors) => optimizer.init(params))
  const step = compile(backend, (params: ParameterTensors, state: ReturnType<typeof optimizer.init>, gradients) =>
    optimizer.update(gradients, state, params),
  )
  let params: unknown = start
  let state: unknown = await init(start)
  const walked: Parameters[] = []
  for (const gradients of expected.gradients) {
    const next = await step(params as never, state as never, gradients as never)
    params = next.params
    state = next.state
    walked.push({ weight: await next.params.weight.array(), bias: await next.params.bias.array() } as Parameters)
  }
  return walked
}

/** Compares every number of every step; `digits` as in toBeCloseTo. */
function expectSteps(actual: readonly Parameters[], wanted: readonly Parameters[], digits: number): void {
  expect(actual.length).toBe(10)
  actual.forEach((params, step) => {
    const numbers = [...params.weight.flat(), ...params.bias]
    const target = wanted[step] as Parameters
    numbers.forEach((number, i) => {
      expect(number, `step ${step + 1}, number ${i}`).toBeCloseTo(
        [...target.weight.flat(), ...target.bias][i] as number,
        digits,
      )
    })
  })
}

describe("PyTorch's first ten steps, in double precision with hyperparameters that float32 holds exactly", () => {
  const epsilon = 2 ** -20
  const cases: [string, Optimizer][] = [
    ['sgd', sgd({ learningRate: 0.125 })],
    ['momentum', sgd({ learningRate: 0.125, momentum: 0.875 })],
    ['nesterov', sgd({ learningRate: 0.125, momentum: 0.875, nesterov: true })],
    ['adagrad', adagrad({ learningRate: 0.125, epsilon })],
    ['rmsprop', rmsprop({ learningRate: 0.0625, decay: 0.875, epsilon })],
    ['adam', adam({ learningRate: 0.0625, beta1: 0.75, beta2: 0.9375, epsilon })],
    ['adamW', adamW({ learningRate: 0.0625, beta1: 0.75, beta2: 0.9375, epsilon, weightDecay: 0.125 })],
  ]
  test.each(cases)('%s', async (name, optimizer) => {
    expectSteps(await walk(optimizer), expected.optimizers[name] as Parameters[], 12)
  })

  test('clipping by value', async () => {
    expectSteps(await walk(withClipping(sgd({ learningRate: 0.125 }), { value: 1.5 })), expected.clipByValue, 12)
  })

  test('clipping by the norm over all parameters', async () => {
    // PyTorch divides by norm + 1e-6, hence fewer digits.
    expectSteps(await walk(withClipping(sgd({ learningRate: 0.125 }), { norm: 4 })), expected.clipByNorm, 5)
  })

  test('the global norm', async () => {
    const measure = compile(backend, (gradients: ParameterTensors) => globalNorm(gradients))
    for (const [step, gradients] of expected.gradients.entries()) {
      expect(await (await measure(gradients)).array()).toBeCloseTo(expected.norms[step] as number, 12)
    }
  })
})

describe("PyTorch's defaults", () => {
  const cases: [string, Optimizer][] = [
    ['adagradDefaults', adagrad()],
    ['rmspropDefaults', rmsprop()],
    ['adamDefaults', adam()],
    ['adamWDefaults', adamW()],
  ]
  test.each(cases)('%s', async (name, optimizer) => {
    expectSteps(await walk(optimizer), expected.optimizers[name] as Parameters[], 6)
  })
})

describe('weight decay', () => {
  test('w ← (1 − λ) w − η ∂L/∂w, exactly, and biases do not decay', async () => {
    const [lambda, rate] = [0.25, 0.125]
    const walked = await walk(withWeightDecay(sgd({ learningRate: rate }), lambda))
    let { weight, bias } = expected.start
    expected.gradients.forEach((gradients, step) => {
      weight = weight.map((row, i) => row.map((w, j) => (1 - lambda) * w - rate * (gradients.weight[i]?.[j] as number)))
      bias = bias.map((b, i) => b - rate * (gradients.bias[i] as number))
      expect(walked[step]).toEqual({ weight, bias })
    })
  })

  test('does not depend on the learning rate, though the step does', async () => {
    const still = await walk(withWeightDecay(sgd({ learningRate: 0 }), 0.5))
    expect(still[9]?.weight).toEqual(expected.start.weight.map((row) => row.map((w) => w / 1024)))
  })

  test("of the rate λη it is PyTorch's L2 penalty λ for plain descent", async () => {
    const everything = () => true
    const decayed = await walk(withWeightDecay(sgd({ learningRate: 0.125 }), 0.25 * 0.125, everything))
    expectSteps(decayed, expected.optimizers.l2 as Parameters[], 12)
  })

  test('is not an L2 penalty for Adam, which would divide it away', async () => {
    const [lambda, rate] = [0.25, 0.0625]
    const inner = adam({ learningRate: rate })
    const penalized: Optimizer = {
      ...inner,
      update: (gradients, state, params) => {
        const { weight, bias } = grad((p: ParameterTensors) => l2Penalty(p, lambda))(params as never)
        const { weight: gw, bias: gb } = gradients as ParameterTensors
        return inner.update({ weight: gw.add(weight), bias: gb.add(bias) }, state, params)
      },
    }
    const penalty = (await walk(penalized))[9] as Parameters
    const decay = (await walk(withWeightDecay(inner, lambda * rate)))[9] as Parameters
    const difference = penalty.weight.flat().map((w, i) => Math.abs(w - (decay.weight.flat()[i] as number)))
    expect(Math.max(...difference)).toBeGreaterThan(0.1)
    // The bias, which neither touches, is the same.
    expect(penalty.bias).toEqual(decay.bias)
  })

  test('adamW decays by path', async () => {
    const some = await walk(adamW({ learningRate: 0.0625, weightDecay: 0.5, decays: weightsOnly }))
    const none = await walk(adam({ learningRate: 0.0625 }))
    expect(some.map(({ bias }) => bias)).toEqual(none.map(({ bias }) => bias))
    expect(some[0]?.weight[0]?.[1]).toBeCloseTo((none[0]?.weight[0]?.[1] as number) + 1.25 * 0.0625 * 0.5, 6)
  })
})

describe('penalties', () => {
  const weights = {
    '0.weight': [
      [1, -2],
      [0, 3],
    ],
    '0.bias': [5, 7],
  }
  const derive = async (penalty: (params: unknown, lambda: number) => Tensor): Promise<unknown> => {
    const run = compile(
      backend,
      grad((params: { '0.weight': Tensor; '0.bias': Tensor }) => penalty(params, 0.5)),
    )
    const gradient = await run(weights)
    return { weight: await gradient['0.weight'].array(), bias: await gradient['0.bias'].array() }
  }

  test('L2: λ/2 Σ w², with gradient λ w', async () => {
    const run = compile(backend, (params: unknown) => l2Penalty(params, 0.5))
    expect(await (await run(weights)).array()).toBe(0.25 * (1 + 4 + 9))
    expect(await derive(l2Penalty)).toEqual({
      weight: [
        [0.5, -1],
        [0, 1.5],
      ],
      bias: [0, 0],
    })
  })

  test('L1: λ Σ |w|, with gradient λ sign w', async () => {
    const run = compile(backend, (params: unknown) => l1Penalty(params, 0.5))
    expect(await (await run(weights)).array()).toBe(0.5 * 6)
    expect(await derive(l1Penalty)).toEqual({
      weight: [
        [0.5, -0.5],
        [0, 0.5],
      ],
      bias: [0, 0],
    })
  })
})

describe('clipping', () => {
  test('leaves gradients below the limit as they are, bit for bit, and zeros zero', async () => {
    const run = compile(backend, (g: Tensor) => [
      clipByGlobalNorm([g], 5.5),
      clipByValue([g], 4),
      clipByGlobalNorm([g.mul(0)], 1),
    ])
    const [byNorm, byValue, zero] = await run([3, -4])
    expect(await byNorm?.[0]?.array()).toEqual([3, -4])
    expect(await byValue?.[0]?.array()).toEqual([3, -4])
    expect(await zero?.[0]?.array()).toEqual([0, -0])
  })

  test('value comes first, then norm', async () => {
    const params = {
      weight: [
        [0, 0],
        [0, 0],
      ],
      bias: [0, 0],
    }
    const walked = await walk(withClipping(sgd({ learningRate: 1 }), { value: 1.5, norm: 1 }), params)
    const cut = [0, 1.5, -1.5, 1.5, 0, -1.5]
    expect([...(walked[0]?.weight.flat() ?? []), ...(walked[0]?.bias ?? [])]).toEqual(
      cut.map((g) => expect.closeTo(-g / 3, 6)),
    )
  })

  test('NaN stays NaN', async () => {
    const run = compile(backend, (g: Tensor) => [clipByGlobalNorm([g], 1), clipByValue([g], 1)])
    const clipped = await run([Number.NaN, 1])
    for (const [gradient] of clipped) expect(await gradient?.array()).toEqual([Number.NaN, 1])
  })
})

test('a schedule is read before each step, from 0 on', async () => {
  const walked = await walk(sgd({ learningRate: exponentialDecay(1, 0.5, 1) }))
  const change = walked.map(
    ({ bias }, step) => (bias[0] as number) - ((walked[step - 1] ?? expected.start).bias[0] as number),
  )
  expect(change).toEqual(
    expected.gradients.map(({ bias }, step) => expect.closeTo(-(bias[0] as number) * 0.5 ** step, 12)),
  )
})

test('the state is a tree of tensors with one step counter', async () => {
  const init = compile(backend, (params: ParameterTensors) => adam().init(params))
  const state = await init(expected.start)
  const shapes = mapTree(state, (leaf) => (leaf as HostArray).shape)
  expect(shapes).toEqual({
    step: [],
    mean: { weight: [2, 2], bias: [2] },
    square: { weight: [2, 2], bias: [2] },
    correction: { mean: [], square: [] },
  })
})

describe('numbers that make no sense are refused when the optimizer is made', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'a negative rate',
      () => sgd({ learningRate: -1 }),
      /sgd: learningRate: expected a finite number, 0 or more, received -1/,
    ],
    ['a rate that is NaN', () => adam({ learningRate: Number.NaN }), /adam: learningRate.*received NaN/],
    ['an endless rate', () => rmsprop({ learningRate: Number.POSITIVE_INFINITY }), /received Infinity/],
    ['momentum 1', () => sgd({ momentum: 1 }), /sgd: momentum: expected a number from 0 up to, but not including, 1/],
    ['Nesterov without momentum', () => sgd({ nesterov: true }), /a momentum to look ahead along, received none/],
    ['β₁ = 1', () => adam({ beta1: 1 }), /adam: beta1/],
    ['β₂ < 0', () => adamW({ beta2: -0.1 }), /adam: beta2/],
    ['ε = 0', () => adagrad({ epsilon: 0 }), /adagrad: epsilon: expected a positive number, received 0/],
    ['ρ = 1', () => rmsprop({ decay: 1 }), /rmsprop: decay/],
    ['a negative decay', () => adamW({ weightDecay: -1 }), /adamW: weightDecay/],
    ['a decay of everything', () => withWeightDecay(sgd(), 1), /withWeightDecay: lambda/],
    [
      'a norm of 0',
      () => withClipping(sgd(), { norm: 0 }),
      /withClipping: norm: expected a positive number, received 0/,
    ],
    ['a negative value', () => withClipping(sgd(), { value: -1 }), /withClipping: value/],
    ['no limit', () => withClipping(sgd(), {}), /expected a norm or a value to clip by, received neither/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(ValueError)
    expect(make).toThrow(message)
  })
})
