// Checkpoints must survive whatever happens to a file or to the process that writes it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type Checkpoint,
  listCheckpoints,
  loadCheckpoint,
  loadLatestCheckpoint,
  removeCheckpoints,
  saveCheckpoint,
} from './checkpoint.ts'
import { CheckpointError, FileError } from './errors.ts'
import { readMetrics } from './metrics-file.ts'
import { decodeSafetensors } from './safetensors.ts'

// Disks take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const fixtures = join(import.meta.dirname, 'fixtures')
const root = await files.mkdtemp(join(tmpdir(), 'checkpoint-'))
afterAll(() => files.rm(root, { recursive: true }))

let folder = ''
let count = 0
beforeEach(() => {
  folder = join(root, `run ${count++}`)
})

function makeCheckpoint(step: number): Checkpoint {
  const weight = { shape: [2, 2], dtype: 'float32', data: Float32Array.of(step, -0, 1e-40, Number.NaN) } as const
  const mask = { shape: [3], dtype: 'bool', data: Uint8Array.of(1, 0, 1) } as const
  const state = { seed: 7, best: Number.POSITIVE_INFINITY, history: [0.5, Number.NaN, -0], note: '"sha256":"' }
  return { step, epoch: 3, tensors: { 'params.0.weight': weight, 'optimizer.mask': mask }, state }
}

const names = async (): Promise<string[]> => (await files.readdir(folder)).sort()

describe('saving and loading', () => {
  test('everything comes back, in a folder made on the way', async () => {
    folder = join(folder, 'inner')
    const path = await saveCheckpoint(folder, makeCheckpoint(12))
    expect(path).toBe(join(folder, 'checkpoint-000000012.safetensors'))
    expect(await loadLatestCheckpoint(folder)).toEqual({ checkpoint: makeCheckpoint(12), path, warnings: [] })
  })

  test('the file is a safetensors file that others can read', async () => {
    const bytes = await files.readFile(await saveCheckpoint(folder, makeCheckpoint(12)))
    const { metadata, tensors } = decodeSafetensors(bytes)
    expect(metadata).toMatchObject({ 'deep-recipe': 'checkpoint 1', step: '12', epoch: '3' })
    expect(tensors).toEqual(makeCheckpoint(12).tensors)
  })

  test('the last two stay, or as many as asked for', async () => {
    for (let step = 1; step <= 4; step++) await saveCheckpoint(folder, makeCheckpoint(step))
    expect(await names()).toEqual(['checkpoint-000000003.safetensors', 'checkpoint-000000004.safetensors'])
    await saveCheckpoint(folder, makeCheckpoint(5), { keep: 3 })
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([5, 4, 3])
    await saveCheckpoint(folder, makeCheckpoint(6), { keep: 1 })
    expect(await names()).toEqual(['checkpoint-000000006.safetensors'])
  })

  test('steps are ordered as numbers, beyond nine digits too', async () => {
    await saveCheckpoint(folder, makeCheckpoint(999_999_999))
    await saveCheckpoint(folder, makeCheckpoint(1_000_000_000))
    expect((await loadLatestCheckpoint(folder)).checkpoint?.step).toBe(1_000_000_000)
  })

  test('a run that starts again from an earlier step takes the folder over', async () => {
    for (const step of [10, 20]) await saveCheckpoint(folder, makeCheckpoint(step))
    await saveCheckpoint(folder, makeCheckpoint(15))
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([15, 10])
    await removeCheckpoints(folder)
    expect(await names()).toEqual([])
  })

  test('no folder and an empty folder hold no checkpoint', async () => {
    const nothing = { checkpoint: undefined, path: undefined, warnings: [] }
    expect(await loadLatestCheckpoint(folder)).toEqual(nothing)
    await files.mkdir(folder)
    await files.writeFile(join(folder, 'checkpoint-1.txt'), '')
    expect(await loadLatestCheckpoint(folder)).toEqual(nothing)
  })

  test.each([{ step: -1 }, { step: 1.5 }, { epoch: Number.NaN }])('%o is refused', async (wrong) => {
    await expect(saveCheckpoint(folder, { ...makeCheckpoint(1), ...wrong })).rejects.toThrow(
      /a whole number of at least 0/,
    )
    await expect(saveCheckpoint(folder, makeCheckpoint(1), { keep: 0 })).rejects.toThrow(/a whole number of at least 1/)
  })
})

describe('damage', () => {
  test('a file that is cut off or changed at any byte is passed over for the one before', async () => {
    const older = await saveCheckpoint(folder, makeCheckpoint(1))
    const newest = await saveCheckpoint(folder, makeCheckpoint(2))
    const whole = await files.readFile(newest)
    const damage = fc.oneof(
      fc.record({ cut: fc.nat(whole.length - 1) }),
      fc.record({ place: fc.nat(whole.length - 1), bit: fc.nat(7) }),
      fc.record({ extra: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
    )
    await fc.assert(
      fc.asyncProperty(damage, async (change) => {
        const bytes = Uint8Array.from(whole)
        if ('place' in change) bytes[change.place] = (whole[change.place] as number) ^ (1 << change.bit)
        const changed = 'cut' in change ? bytes.subarray(0, change.cut) : bytes
        await files.writeFile(newest, 'extra' in change ? Buffer.concat([bytes, change.extra]) : changed)
        await expect(loadCheckpoint(newest)).rejects.toThrow(CheckpointError)
        const { checkpoint, path, warnings } = await loadLatestCheckpoint(folder)
        expect(path).toBe(older)
        expect(checkpoint).toEqual(makeCheckpoint(1))
        expect(warnings).toEqual([
          expect.stringMatching(/Passed over a checkpoint.*checkpoint-000000002.*damaged file/),
        ])
      }),
      { numRuns: 300, examples: [[{ cut: 0 }]] },
    )
  })

  test('a safetensors file of somebody else is no checkpoint', async () => {
    await files.mkdir(folder)
    await files.writeFile(join(folder, 'checkpoint-3.safetensors'), Buffer.from('CAAAAAAAAAB7fSAgICAgIA==', 'base64'))
    await expect(loadLatestCheckpoint(folder)).rejects.toThrow(/at least one that is whole, received 1, all damaged/)
  })
})

describe('a place that cannot be written', () => {
  test('a file in the way of the folder: the error says the path', async () => {
    await files.writeFile(folder, 'a file')
    const saving = saveCheckpoint(join(folder, 'checkpoints'), makeCheckpoint(1))
    await expect(saving).rejects.toThrow(FileError)
    await expect(saving).rejects.toThrow(
      /Cannot write .*checkpoint-000000001\.safetensors.*a file where a folder should be/,
    )
    await expect(loadLatestCheckpoint(folder)).rejects.toThrow(/Cannot read .*a file where a folder should be/)
  })

  test('a disk that fills up half-way leaves what was there', async () => {
    await saveCheckpoint(folder, makeCheckpoint(1))
    const { open } = files
    const promises = process.getBuiltinModule('node:fs/promises')
    const full = vi.spyOn(promises, 'open').mockImplementation(async (path, flags) => {
      const handle = await open(path, flags)
      handle.writeFile = async (data) => {
        await handle.write(Buffer.from(data as Uint8Array).subarray(0, 100))
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      }
      return handle
    })
    try {
      await expect(saveCheckpoint(folder, makeCheckpoint(2))).rejects.toThrow(
        /Cannot write .*checkpoint-000000002\.safetensors: expected a place that can be written, received a full disk/,
      )
      expect(full).toHaveBeenCalled()
    } finally {
      full.mockRestore()
    }
    expect(await names()).toEqual(['checkpoint-000000001.safetensors'])
    expect((await loadLatestCheckpoint(folder)).checkpoint?.step).toBe(1)
  })
})

test('twenty kills at random moments: the newest checkpoint is whole and the run goes on from it', async () => {
  let previous = 0
  for (let kill = 0; kill < 20; kill++) {
    const child = spawn(
      process.execPath,
      ['--conditions=@deep-recipe/source', '--import', 'tsx', join(fixtures, 'save-in-a-loop.ts'), folder],
      { cwd: fixtures, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const ended = once(child, 'exit')
    await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error('The child failed')))])
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40))
    child.kill('SIGKILL')
    await ended
    const { checkpoint, warnings } = await loadLatestCheckpoint(folder)
    expect(warnings).toEqual([])
    expect(checkpoint?.step).toBeGreaterThan(previous)
    previous = checkpoint?.step as number
    expect(checkpoint?.tensors.weight?.data.every((value) => value === previous)).toBe(true)
    const steps = (await readMetrics(join(folder, 'metrics.jsonl'))).map(({ step }) => step)
    expect(steps.slice(0, previous)).toEqual(Array.from({ length: previous }, (_, index) => index + 1))
    expect((await names()).filter((name) => name.endsWith('.partial')).length).toBeLessThanOrEqual(2)
  }
})
