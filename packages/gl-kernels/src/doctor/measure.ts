// The doctor's measurements: matrix product, transfers, and what a draw costs.
import { makeGraph, makeInput, makeNode } from '@deep-recipe/core-tensor'
import type { GlBackend } from '../backend/gl-backend.ts'

/** How fast a device is. */
export interface Speed {
  /** Of a matrix product of this size, in 10⁹ floating-point operations a second. */
  readonly matmulSize: number
  readonly gigaflops: number
  /** Of 16 MiB, in MiB a second. */
  readonly uploadRate: number
  readonly downloadRate: number
  /** Of a small kernel. */
  readonly drawMicroseconds: number
}

/** Measures a backend; takes about a second. */
export async function measureSpeed(backend: GlBackend): Promise<Speed> {
  const matmulSize = backend.device.context.hardware === false ? 512 : 2048
  return {
    matmulSize,
    gigaflops: (2 * matmulSize ** 3) / 1e6 / (await timeMatmul(backend, matmulSize)),
    ...(await timeTransfers(backend)),
    drawMicroseconds: await timeDraws(backend),
  }
}

async function timeMatmul(backend: GlBackend, size: number): Promise<number> {
  const type = { shape: [size, size], dtype: 'float32' } as const
  const [a, b] = [makeInput('a', type), makeInput('b', type)]
  const executable = await backend.compile(makeGraph([a, b], [makeNode('matmul', [a, b], {})]))
  const array = backend.upload({ ...type, data: new Float32Array(size * size).fill(0.5) })
  const run = async (): Promise<void> => {
    const [product] = await executable.run([array, array])
    backend.device.finish()
    product?.dispose()
  }
  const ms = await timeBest(run, 5)
  array.dispose()
  executable.dispose()
  return ms
}

async function timeTransfers(backend: GlBackend): Promise<{ uploadRate: number; downloadRate: number }> {
  const type = { shape: [2048, 2048], dtype: 'float32' } as const
  const value = { ...type, data: new Float32Array(2048 * 2048) }
  const array = backend.upload(value)
  const upload = await timeBest(async () => {
    backend.upload(value).dispose()
    backend.device.finish()
  }, 3)
  const download = await timeBest(async () => {
    await array.data()
  }, 3)
  array.dispose()
  return { uploadRate: 16_000 / upload, downloadRate: 16_000 / download }
}

async function timeDraws(backend: GlBackend): Promise<number> {
  const type = { shape: [100, 4], dtype: 'float32' } as const
  const carry = makeInput('carry', type)
  const body = makeGraph([carry], [makeNode('tanh', [carry], {})])
  const x = makeInput('x', type)
  const length = 500
  const scan = makeNode('scan', [x], { length, body, carries: 1, sequences: 0, reverse: false })
  const executable = await backend.compile(makeGraph([x], [scan]))
  const array = backend.upload({ ...type, data: new Float32Array(400) })
  const ms = await timeBest(async () => {
    const [result] = await executable.run([array])
    backend.device.finish()
    result?.dispose()
  }, 3)
  array.dispose()
  executable.dispose()
  return (1000 * ms) / length
}

async function timeBest(run: () => Promise<void>, times: number): Promise<number> {
  await run()
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < times; i++) {
    const started = performance.now()
    await run()
    best = Math.min(best, performance.now() - started)
  }
  return best
}
