// Encoders from elsewhere: an ONNX network whose features are computed here a second time, weights from safetensors, and
// files that are neither.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '@deep-recipe/app-kit'
import {
  evaluate,
  type HostArray,
  mapTree,
  openReference,
  randomKey,
  type Tensor,
  tensor,
} from '@deep-recipe/core-tensor'
import type { Params } from '@deep-recipe/layers-core'
import { exportOnnx, openOnnx } from '@deep-recipe/onnx-kernels'
import { encodeSafetensors, type HostParams, nameTensors } from '@deep-recipe/training'
import { afterAll, describe, expect, test } from 'vitest'
import { makeCaptioner } from './captioner.ts'
import { kindOfEncoder, loadEncoderWeights, openFeatureNetwork } from './pretrained.ts'

const folder = mkdtempSync(join(tmpdir(), 'encoders-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// ONNX Runtime is optional: where it has no binary, there is nothing to run the network with.
const withoutOnnx = await openOnnx().then(
  (backend) => backend.close(),
  (error: Error) => error.message,
)

describe.skipIf(withoutOnnx !== undefined)('an ONNX network', () => {
  const picture = Uint8Array.from({ length: 3 * 4 * 4 }, (_, i) => (i * 53) % 256)

  test('its features, of scaled pixels', async () => {
    const path = join(folder, 'mean.onnx')
    // Pooled over 2 × 2 places, channel by channel: [1, 3, 4, 4] → [1, 3, 2, 2].
    const pool = (_: Record<never, Tensor>, x: Tensor): Tensor => x.reshape([-1, 3, 2, 2, 2, 2]).mean([3, 5])
    await exportOnnx(pool, {}, [{ shape: [1, 3, 4, 4], dtype: 'float32' }], { path, dynamicBatch: false })
    for (const [scaling, scale] of [
      ['unit', (byte: number) => byte / 255],
      ['symmetric', (byte: number) => byte / 127.5 - 1],
      ['bytes', (byte: number) => byte],
    ] as const) {
      const network = await openFeatureNetwork(path, scaling, 64)
      expect([network.size, network.shape]).toEqual([4, [3, 2, 2]])
      const features = await network.run(picture)
      const at = (channel: number, row: number, column: number): number =>
        scale(picture[channel * 16 + row * 4 + column] as number)
      const wanted = [0, 1, 2].flatMap((c) =>
        [0, 2].flatMap((y) =>
          [0, 2].map((x) => (at(c, y, x) + at(c, y, x + 1) + at(c, y + 1, x) + at(c, y + 1, x + 1)) / 4),
        ),
      )
      for (const [i, value] of wanted.entries()) expect(features[i]).toBeCloseTo(value, 3)
    }
    const [one, other] = await Promise.all(
      (['unit', 'bytes'] as const).map((scaling) => openFeatureNetwork(path, scaling, 64)),
    )
    expect(one?.key).not.toBe(other?.key)
  })

  test('one that takes a table is refused, and so is a file that is none', async () => {
    const path = join(folder, 'table.onnx')
    await exportOnnx((_: Record<never, Tensor>, x: Tensor) => x.mul(2), {}, [{ shape: [1, 5], dtype: 'float32' }], {
      path,
    })
    await expect(openFeatureNetwork(path, 'unit', 64)).rejects.toThrow(/an input \[batch, 3, side, side\]/)
    const noise = join(folder, 'noise.onnx')
    writeFileSync(noise, 'not a network')
    await expect(openFeatureNetwork(noise, 'unit', 64)).rejects.toThrow(UsageError)
    await expect(openFeatureNetwork(join(folder, 'gone.onnx'), 'unit', 64)).rejects.toThrow(
      /--encoder: expected a file/,
    )
  })
})

describe('weights of our own encoder', async () => {
  const captioner = makeCaptioner({
    view: [3, 16, 16],
    kind: 'pictures',
    channels: [2, 3, 4],
    frozen: false,
    units: 4,
    attentionUnits: 4,
    embedding: 4,
    symbols: 6,
    steps: 3,
    captions: 1,
    looking: 'again',
    dropout: 0,
    coverage: 0,
    detection: 0,
  })
  const like = captioner.layer.init(randomKey(0), []) as { encoder: Params }
  const drawn = await evaluate(openReference(), captioner.layer.init(randomKey(5), []))
  const host = (await hostTree(drawn)) as { encoder: HostParams; decoder: HostParams }

  test('from encoder.safetensors, and from a checkpoint', async () => {
    const small = join(folder, 'encoder.safetensors')
    writeFileSync(small, encodeSafetensors(nameTensors(host.encoder)))
    const whole = join(folder, 'checkpoint.safetensors')
    writeFileSync(whole, encodeSafetensors(nameTensors(host, 'params')))
    for (const path of [small, whole]) {
      expect(nameTensors(await loadEncoderWeights(path, like.encoder))).toEqual(nameTensors(host.encoder))
    }
  })

  test('of another size, and a file that is none', async () => {
    const path = join(folder, 'other.safetensors')
    const other = { 0: { weight: await tensor([[[[1]]]]).host() } }
    writeFileSync(path, encodeSafetensors(nameTensors(other)))
    await expect(loadEncoderWeights(path, like.encoder)).rejects.toThrow(
      /Tensor "0.weight" of the file: expected float32\[2, 3, 5, 5\]/,
    )
    writeFileSync(path, 'none')
    await expect(loadEncoderWeights(path, like.encoder)).rejects.toThrow(/other\.safetensors/)
  })
})

test('the kind of a file is told by its name', () => {
  expect(kindOfEncoder('a/resnet.onnx')).toBe('onnx')
  expect(kindOfEncoder('encoder.safetensors')).toBe('safetensors')
  expect(() => kindOfEncoder('resnet.pt')).toThrow(UsageError)
})

/** A tree of device arrays on the host. */
async function hostTree(tree: unknown): Promise<unknown> {
  const found = new Map<string, HostArray>()
  const pending: Promise<unknown>[] = []
  mapTree(tree, (leaf, path) => {
    pending.push((leaf as { host(): Promise<HostArray> }).host().then((array) => found.set(path, array)))
  })
  await Promise.all(pending)
  return mapTree(tree, (_, path) => found.get(path))
}
