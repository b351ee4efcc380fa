// What a killed process left half-written must go when its run is resumed, even when nothing is left to be trained.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openReference, toNdArray } from '@deep-recipe/core-tensor'
import { dense } from '@deep-recipe/layers-core'
import { expect, test } from 'vitest'
import { meanSquaredError } from '../losses.ts'
import { fit } from './fit.ts'

test('resuming a finished run removes the temporaries of dead processes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leftovers-'))
  try {
    const column = toNdArray({ shape: [4, 1], dtype: 'float32', data: Float32Array.of(0, 1, 2, 3) })
    const train = (resume: boolean) =>
      fit(
        dense(1),
        { inputs: column, targets: column },
        { backend: openReference(), loss: meanSquaredError, epochs: 2, checkpoint: { folder, resume } },
      )
    await train(false)
    // No process has this number: it is above the largest that Linux gives.
    const leftover = '.checkpoint-000000002.safetensors.4999999-1.partial'
    writeFileSync(join(folder, leftover), 'half')
    await train(true)
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
