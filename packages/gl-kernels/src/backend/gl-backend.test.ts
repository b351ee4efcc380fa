// The backend's memory and life: nothing grows over thousands of runs, and closing frees everything.
import {
  BackendError,
  compile,
  makeGraph,
  makeInput,
  makeNode,
  type Tensor,
  valueAndGrad,
} from '@deep-recipe/core-tensor'
import { expect } from 'vitest'
import { testOnDevice } from '../fixtures/open-for-tests.ts'
import { openGl } from '../index.node.ts'

testOnDevice('texture memory does not grow over 10,000 training steps', async (backend) => {
  const before = backend.memory()
  const step = compile(
    backend,
    (w: Tensor, x: Tensor) => {
      const { value, gradient } = valueAndGrad((v: Tensor) => x.matmul(v).tanh().square().mean())(w)
      return { value, next: w.sub(gradient.mul(0.01)) }
    },
    { donate: [0] },
  )
  const x = backend.upload({ shape: [8, 16], dtype: 'float32', data: new Float32Array(128).fill(0.1) })
  let w = backend.upload({ shape: [16, 4], dtype: 'float32', data: new Float32Array(64).fill(0.1) })
  let settled: { memory: ReturnType<typeof backend.memory>; idle: number; programs: number } | undefined
  for (let i = 0; i < 10_000; i++) {
    const { value, next } = await step(w, x)
    w = next
    if (i % 1000 === 0) expect(Number.isFinite(await value.array())).toBe(true)
    value.dispose()
    const now = { memory: backend.memory(), idle: backend.idleBytes, programs: backend.device.programs }
    if (i === 10) settled = now
    if (i > 10) expect(now).toEqual(settled)
  }
  for (const array of [w, x]) array.dispose()
  step.dispose()
  expect(backend.memory()).toEqual(before)
})

testOnDevice('textures wider than a row of the device are wrapped, and come back whole', async (backend) => {
  const size = 4 * backend.device.limits.maxTextureSize + 5
  const data = Float32Array.from({ length: size }, (_, i) => i % 1000)
  const double = compile(backend, (x: Tensor) => x.mul(2).slice([3], [size - 3]))
  const result = await double(data)
  expect(Array.from((await result.data()).slice(-3))).toEqual(Array.from(data.slice(-3), (x) => 2 * x))
  result.dispose()
  double.dispose()
})

testOnDevice('closing frees textures and programs, and everything afterwards says so', async () => {
  const backend = await openGl()
  const x = makeInput('x', { shape: [4], dtype: 'float32' })
  const executable = await backend.compile(makeGraph([x], [makeNode('exp', [x], {})]))
  const array = backend.upload({ shape: [4], dtype: 'float32', data: new Float32Array(4) })
  backend.close()
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
  expect(backend.device.programs).toBe(0)
  await expect(executable.run([array])).rejects.toThrow(BackendError)
  await expect(array.data()).rejects.toThrow(BackendError)
  backend.close()
})
