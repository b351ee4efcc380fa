// The backend that an app opens: strictly the one asked for, and the environment is as before.
import { openBackend } from '@deep-recipe/backends'
import { BackendError } from '@deep-recipe/core-tensor'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openAppBackend } from './open-app-backend.ts'

vi.mock('@deep-recipe/backends', async (load) => {
  const real = await load<typeof import('@deep-recipe/backends')>()
  return { ...real, openBackend: vi.fn(real.openBackend) }
})

const log = vi.fn()
beforeEach(() => vi.stubEnv('RECIPE_BACKEND', 'onnx'))
afterEach(() => {
  vi.unstubAllEnvs()
  log.mockClear()
})

test('the option counts more than the environment, which is left as it was', async () => {
  const backend = await openAppBackend('reference', log)
  expect(backend.name).toBe('reference')
  expect(log.mock.calls).toEqual([[expect.stringMatching(/^Backend: reference, .*\(--backend reference\)$/)]])
  expect(process.env.RECIPE_BACKEND).toBe('onnx')
  backend.close()
})

test('without the option, the environment decides', async () => {
  vi.stubEnv('RECIPE_BACKEND', 'reference')
  const backend = await openAppBackend(undefined, log)
  expect(backend.name).toBe('reference')
  backend.close()
})

test('one that does not open is an error that names the option', async () => {
  vi.mocked(openBackend).mockImplementationOnce(async () => {
    expect(process.env.RECIPE_BACKEND).toBe('gl')
    throw new BackendError({ what: 'x', expected: 'y', received: 'no libX11.so.6', remedy: 'z' })
  })
  await expect(openAppBackend('gl', log)).rejects.toThrow(
    '--backend gl: expected a backend that opens on this machine, received no libX11.so.6. Leave --backend out',
  )
  expect(process.env.RECIPE_BACKEND).toBe('onnx')
})
