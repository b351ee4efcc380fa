// Debug mode: the first number that is not finite is traced to the line that built its node.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openReference } from '../backend/reference/reference-backend.ts'
import { NonFiniteError } from '../errors.ts'
import { grad } from '../gradient/grad.ts'
import { tensor } from '../ops/create.ts'
import { scan } from '../ops/scan.ts'
import type { Tensor } from '../trace/tensor.ts'
import { compile } from './compile.ts'

const backend = openReference()
const lines = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n')

/** The complaint of a compiled function in debug mode, and the line of this file that it names. */
async function complaintOf(
  fn: (x: Tensor) => unknown,
  x: number | number[],
): Promise<{ message: string; line: string }> {
  const run = compile(backend, fn, { debug: true })
  const error = await run(x).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(NonFiniteError)
  const { message } = error as NonFiniteError
  const number = /debug\.test\.ts:(\d+):\d+/.exec(message)?.[1]
  return { message, line: lines[Number(number) - 1]?.trim() ?? `no line of this file in: ${message}` }
}

/** A function of user code, some calls deep. */
function normalize(x: Tensor): Tensor {
  return x.div(x.sum()) // the division
}

describe('names the node, the place and the line', () => {
  test('of an operation', async () => {
    const { message, line } = await complaintOf(
      (x) => {
        const shifted = x.sub(1)
        const logarithm = shifted.log() // a logarithm of 0
        return logarithm.exp().sum()
      },
      [2, 1],
    )
    expect(line).toContain('// a logarithm of 0')
    expect(message).toMatch(
      /log \(node \d+, float32\[2\]\), built at .*: expected finite numbers, received -Infinity at index \[1\]/,
    )
  })

  test('of an operation in a helper, called through other helpers', async () => {
    const deep = (x: Tensor, depth: number): Tensor => (depth === 0 ? normalize(x) : deep(x, depth - 1))
    const { line, message } = await complaintOf((x) => deep(x.mul(0), 30), [1, 2])
    expect(line).toContain('// the division')
    expect(message).toMatch(/div .*normalize.* received NaN at index \[0\]/)
  })

  test('of an operation that is made of several', async () => {
    const { line } = await complaintOf(
      (x) => {
        const ok = x.mul(2)
        return ok.mul(1e38).logSoftmax() // overflows before
      },
      [100, 1],
    )
    expect(line).toContain('// overflows before')
  })

  test('of the forward operation, for a gradient', async () => {
    const root = (x: Tensor): Tensor => x.sqrt() // has an infinite slope at 0
    const { line, message } = await complaintOf(
      grad((x: Tensor) => root(x).sum()),
      [4, 0],
    )
    expect(line).toContain('// has an infinite slope at 0')
    expect(message).toMatch(/div .*, in the gradient of sqrt: expected/)
  })

  test('of the forward operation, for a gradient of a gradient', async () => {
    const power = (x: Tensor): Tensor => x.pow(1.5) // has an infinite curvature at 0
    const { line, message } = await complaintOf(
      grad((x: Tensor) => grad((y: Tensor) => power(y).sum())(x).sum()),
      [1, 0],
    )
    expect(line).toContain('// has an infinite curvature at 0')
    expect(message).toMatch(/, in the gradient of pow, in the gradient of pow: expected/)
  })

  test('of an operation in a scan, with the step; and on its way back', async () => {
    const countdown = (x: Tensor): Tensor => {
      const [last] = scan(
        (carry: Tensor) => {
          const next = carry.sub(1)
          return [next.sqrt(), undefined] // a root of a negative number
        },
        x,
        undefined,
        { length: 4 },
      )
      return last
    }
    const { line, message } = await complaintOf(countdown, 2)
    expect(line).toContain('// a root of a negative number')
    expect(message).toContain('in step 2 of a scan')
    const back = await complaintOf(
      grad((x) => {
        const [last] = scan((carry: Tensor, step: Tensor) => [carry.mul(step).sqrt(), undefined], x, tensor([1, 0])) // in a scan
        return last
      }),
      1,
    )
    expect(back.line).toContain('// in a scan')
    expect(back.message).toContain('in the gradient of sqrt')
  })
})

test('finite numbers pass, and give what they give without debug mode', async () => {
  const fn = (x: Tensor): Tensor => x.exp().sum().log()
  const plain = await (await compile(backend, fn)([1, 2])).array()
  expect(await (await compile(backend, fn, { debug: true })([1, 2])).array()).toBe(plain)
})

test('without debug mode nothing is recorded and nothing stops', async () => {
  const log = compile(backend, (x: Tensor) => x.log())
  expect(await (await log(0)).array()).toBe(Number.NEGATIVE_INFINITY)
})
