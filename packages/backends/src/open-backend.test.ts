// The order of choice, the override, and the one line that is said.
import { type Backend, BackendError, openReference, ValueError } from '@deep-recipe/core-tensor'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Openers } from './candidates.ts'
import { openBackend } from './index.ts'
import { chooseBackend } from './open-backend.ts'

afterEach(() => vi.unstubAllEnvs())

/** A backend by another name that remembers being closed. */
function pretend(name: string): Backend & { readonly close: ReturnType<typeof vi.fn> } {
  return { ...openReference(), name, description: `${name} of a test`, close: vi.fn() } as never
}

function absent(reason: string): () => Promise<never> {
  return () =>
    Promise.reject(new BackendError({ what: 'opening', expected: 'a device', received: reason, remedy: 'Buy one.' }))
}

function machine(gl: 'hardware' | 'software' | 'absent', hasOnnx: boolean) {
  const made = { gl: pretend('gl'), onnx: pretend('onnx'), reference: pretend('reference') }
  const openers: Openers = {
    gl: gl === 'absent' ? absent('no display') : async () => ({ backend: made.gl, isSoftware: gl === 'software' }),
    onnx: hasOnnx ? async () => ({ backend: made.onnx, isSoftware: false }) : absent('not installed'),
    reference: async () => ({ backend: made.reference, isSoftware: false }),
  }
  return { openers, made }
}

async function choose(
  openers: Openers,
  options = {},
  override?: string,
): Promise<{ backend: Backend; lines: string[] }> {
  const lines: string[] = []
  const backend = await chooseBackend(openers, { log: (line) => lines.push(line), ...options }, override)
  return { backend, lines }
}

describe('the order', () => {
  test.each([
    ['hardware', true, 'gl', 'graphics hardware'],
    ['software', true, 'onnx', 'gl would run in software, native CPU code is faster'],
    ['absent', true, 'onnx', 'no gl: no display; native CPU code'],
    ['software', false, 'gl', 'no onnx: not installed; in software'],
    ['absent', false, 'reference', 'no gl: no display; no onnx: not installed; runs everywhere, slowly'],
  ] as const)('gl %s, onnx %s → %s', async (gl, hasOnnx, name, reason) => {
    const { openers, made } = machine(gl, hasOnnx)
    const { backend, lines } = await choose(openers)
    expect(backend).toBe(made[name])
    expect(lines).toEqual([`Backend: ${name}, ${name} of a test (${reason})`])
  })

  test('a software GL that is passed over is closed', async () => {
    const { openers, made } = machine('software', true)
    await choose(openers)
    expect(made.gl.close).toHaveBeenCalledOnce()
    expect(made.onnx.close).not.toHaveBeenCalled()
  })
})

describe('preference and override', () => {
  test('the preferred one is opened even in software', async () => {
    const { openers, made } = machine('software', true)
    expect((await choose(openers, { prefer: 'gl' })).backend).toBe(made.gl)
    expect((await choose(openers, { prefer: 'reference' })).backend).toBe(made.reference)
  })

  test('a preferred one that is absent gives way to the others, and the line says so', async () => {
    const { openers, made } = machine('absent', true)
    const { backend, lines } = await choose(openers, { prefer: 'gl' })
    expect(backend).toBe(made.onnx)
    expect(lines).toEqual(['Backend: onnx, onnx of a test (no gl: no display; native CPU code)'])
  })

  test('the override wins over the preference and is strict', async () => {
    const { openers, made } = machine('absent', true)
    const { backend, lines } = await choose(openers, { prefer: 'onnx' }, 'reference')
    expect(backend).toBe(made.reference)
    expect(lines[0]).toMatch(/RECIPE_BACKEND=reference/)
    await expect(choose(openers, {}, 'gl')).rejects.toThrow(/RECIPE_BACKEND=gl.*no display/)
  })

  test('a name that is no backend is refused', async () => {
    const { openers } = machine('hardware', true)
    await expect(choose(openers, {}, 'cuda')).rejects.toThrow(ValueError)
    await expect(choose(openers, { prefer: 'cuda' })).rejects.toThrow(/'gl', 'onnx', 'reference'/)
  })

  test('quiet says nothing', async () => {
    const { openers } = machine('hardware', true)
    expect((await choose(openers, { quiet: true })).lines).toEqual([])
  })
})

test('on this machine, the environment variable is heeded and a backend opens without it', async () => {
  vi.stubEnv('RECIPE_BACKEND', 'reference')
  expect((await openBackend({ quiet: true })).name).toBe('reference')
  vi.stubEnv('RECIPE_BACKEND', '')
  const lines: string[] = []
  const backend = await openBackend({ log: (line) => lines.push(line) })
  expect(lines).toHaveLength(1)
  backend.close()
})
