// Accuracy of the GLSL functions against Math, over their whole range.
import { compile, type Tensor } from '@deep-recipe/core-tensor'
import { expect } from 'vitest'
import { testOnDevice } from '../fixtures/open-for-tests.ts'

function grid(low: number, high: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1))
}

function powersOfTen(low: number, high: number, count: number): Float32Array {
  return grid(low, high, count).map((exponent) => 10 ** exponent)
}

const cases: readonly [string, Float32Array, (x: Tensor) => Tensor, (x: number) => number, number][] = [
  ['exp', grid(-87, 88.7, 5000), (x) => x.exp(), Math.exp, 3e-7],
  ['exp of small numbers', powersOfTen(-30, 0, 500), (x) => x.exp(), Math.exp, 3e-7],
  ['log', powersOfTen(-37, 38, 5000), (x) => x.log(), Math.log, 3e-7],
  ['log near 1', grid(0.9, 1.1, 5000), (x) => x.log(), Math.log, 3e-7],
  ['tanh', grid(-12, 12, 5000), (x) => x.tanh(), Math.tanh, 3e-7],
  ['tanh of small numbers', powersOfTen(-30, 0, 500), (x) => x.tanh(), Math.tanh, 3e-7],
  ['sigmoid', grid(-85, 30, 5000), (x) => x.sigmoid(), (x) => 1 / (1 + Math.exp(-x)), 5e-7],
  ['sqrt', powersOfTen(-37, 38, 2000), (x) => x.sqrt(), Math.sqrt, 2e-7],
  ['pow with a large exponent', grid(0.5, 2, 3000), (x) => x.pow(60.5), (x) => x ** 60.5, 1e-6],
  ['pow with a small base', powersOfTen(-30, 0, 500), (x) => x.pow(1.25), (x) => x ** 1.25, 1e-6],
]

for (const [name, xs, onDevice, onHost, tolerance] of cases) {
  testOnDevice(`${name} has a relative error below ${tolerance}`, async (backend) => {
    const run = compile(backend, onDevice)
    const result = await run(xs)
    const data = await result.data()
    let worst = 0
    xs.forEach((x, i) => {
      const wanted = onHost(x)
      if (Math.abs(wanted) > 2 ** -126)
        worst = Math.max(worst, Math.abs((data[i] as number) - wanted) / Math.abs(wanted))
    })
    expect(worst).toBeLessThan(tolerance)
    result.dispose()
    run.dispose()
  })
}

for (const [name, onDevice, onHost] of [
  ['sin', (x: Tensor) => x.sin(), Math.sin],
  ['cos', (x: Tensor) => x.cos(), Math.cos],
] as const) {
  testOnDevice(`${name} has an absolute error below 2e-7 up to 1000 and below 2e-6 up to 10⁵`, async (backend) => {
    const run = compile(backend, onDevice)
    for (const [limit, tolerance] of [
      [1000, 2e-7],
      [1e5, 2e-6],
    ] as const) {
      const xs = grid(-limit, limit, 5000)
      const result = await run(xs)
      const data = await result.data()
      const worst = Math.max(...Array.from(xs, (x, i) => Math.abs((data[i] as number) - onHost(x))))
      expect(worst).toBeLessThan(tolerance)
      result.dispose()
    }
    run.dispose()
  })
}
