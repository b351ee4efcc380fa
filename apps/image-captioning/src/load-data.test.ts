// What goes together and what does not, before anything is loaded.
import { join } from 'node:path'
import { UsageError } from '@deep-recipe/app-kit'
import { expect, test } from 'vitest'
import { viewsInMemory } from './examples.ts'
import { cacheFolder, openNetwork, showView } from './load-data.ts'
import { chooseSettings } from './options.ts'

const place = { resolvePath: (path: string) => join('/home/somebody', path) }

test.each<[string, { readonly [name: string]: unknown }, RegExp]>([
  [
    '--fine-tune without an encoder',
    { fineTune: true },
    /--fine-tune: expected an --encoder to train further, received none/,
  ],
  [
    'an ONNX network to be trained further',
    { encoder: 'a.onnx', fineTune: true, data: 'x' },
    /weights in a safetensors file/,
  ],
  ['an ONNX network for clips', { encoder: 'a.onnx', video: true, data: 'x' }, /safetensors file with --video/],
  ['an ONNX network for generated scenes', { encoder: 'a.onnx' }, /expected --data with an ONNX network/],
  ['a file of another kind', { encoder: 'a.pt', data: 'x' }, /ends in \.onnx or \.safetensors/],
  ['a file that is not there', { encoder: 'a.onnx', data: 'x' }, /--encoder: expected a file that can be read/],
])('refuses %s', async (_, options, message) => {
  const opening = openNetwork(chooseSettings(options), place, options.data === undefined)
  await expect(opening).rejects.toThrow(UsageError)
  await expect(opening).rejects.toThrow(message)
})

test('no network without an ONNX file', async () => {
  expect(await openNetwork(chooseSettings({}), place, true)).toBeUndefined()
  expect(await openNetwork(chooseSettings({ encoder: 'e.safetensors', fineTune: true }), place, true)).toBeUndefined()
})

test('the cache lies where the user is, unless it is said', () => {
  expect(cacheFolder(undefined, place)).toBe('/home/somebody/runs/image-captioning/cache')
  expect(cacheFolder('cache', place)).toBe('/home/somebody/cache')
})

test('pictures are shown, clips and features are not', () => {
  const bytes = Uint8Array.from({ length: 12 }, (_, i) => 20 * i)
  expect(showView(viewsInMemory(bytes, [3, 2, 2]), 0)?.data[1]).toBeCloseTo(20 / 255, 6)
  expect(showView(viewsInMemory(bytes, [1, 3, 2, 2]), 0)).toBeUndefined()
  expect(showView(viewsInMemory(new Float32Array(12), [3, 2, 2]), 0)).toBeUndefined()
})

test('settings suit the data: small for what is generated, larger for photographs; what is typed wins', () => {
  expect(chooseSettings({})).toMatchObject({
    size: 32,
    units: 128,
    channels: [16, 32, 64],
    dropout: 0,
    minimumCount: 1,
  })
  expect(chooseSettings({ data: '/photos' })).toMatchObject({
    size: 64,
    units: 256,
    channels: [16, 32, 64, 64],
    minimumCount: 3,
  })
  expect(chooseSettings({ video: true })).toMatchObject({ size: 32, frames: 6, scenes: 1500, captions: 4 })
  expect(chooseSettings({ size: 128, width: 8, units: 64 })).toMatchObject({ units: 64, channels: [8, 16, 32, 32, 32] })
})
