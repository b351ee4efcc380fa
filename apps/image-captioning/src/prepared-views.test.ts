// Views on disk: prepared once, by content; broken ones told of; nothing half-written.
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Preparation, prepareViews, type ViewSource } from './prepared-views.ts'
import { ImageFileError } from './read-image.ts'

const root = mkdtempSync(join(tmpdir(), 'views-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const cache = join(root, 'cache')

/** Counts what it prepares: the first two bytes of a file; `bad` is broken. */
function makePreparation(key = 'two bytes'): Preparation & { prepared: number } {
  const preparation = {
    key,
    shape: [2],
    numbers: 'bytes' as const,
    prepared: 0,
    prepare: async (files: readonly Uint8Array[], { name }: ViewSource) => {
      preparation.prepared++
      const [bytes = new Uint8Array(0)] = files
      if (bytes.length < 2)
        throw new ImageFileError({ what: name, expected: 'two bytes', received: `${bytes.length}`, remedy: 'None.' })
      return bytes.slice(0, 2)
    },
  }
  return preparation
}

function write(name: string, text: string): ViewSource {
  const path = join(root, name)
  writeFileSync(path, text)
  return { name, files: [path] }
}

const sources = Array.from({ length: 300 }, (_, i) =>
  write(`f${i}`, i === 7 ? 'x' : String.fromCharCode(65 + (i % 26), 97 + (i % 26))),
)

test('each is prepared once; broken ones are left out and named', async () => {
  const preparation = makePreparation()
  const { views, kept, broken } = await prepareViews(sources, preparation, { folder: cache })
  expect(preparation.prepared).toBe(300)
  expect(broken).toEqual([{ name: 'f7', reason: '1' }])
  expect(views.count).toBe(299)
  expect(kept.slice(5, 9)).toEqual([5, 6, 8, 9])
  for (const row of [0, 7, 150, 298]) {
    const i = kept[row] as number
    expect([...views.read(row)]).toEqual([65 + (i % 26), 97 + (i % 26)])
  }
  const again = makePreparation()
  const second = await prepareViews(sources, again, { folder: cache })
  expect(again.prepared).toBe(0)
  expect(second.broken).toEqual(broken)
  expect([...second.views.read(200)]).toEqual([...views.read(200)])
})

test('what changes is prepared anew, and the rest is not; another preparation has views of its own', async () => {
  writeFileSync(join(root, 'f200'), 'zz')
  const preparation = makePreparation()
  const { views } = await prepareViews(sources, preparation, { folder: cache })
  expect(preparation.prepared).toBe(128) // one file of views
  expect([...views.read(199)]).toEqual([122, 122])
  const other = makePreparation('another')
  await prepareViews(sources, other, { folder: cache })
  expect(other.prepared).toBe(300)
})

test('a file of views that is cut off is made again; nothing temporary stays', async () => {
  for (const name of readdirSync(cache)) truncateSync(join(cache, name), 20)
  const preparation = makePreparation()
  const { views } = await prepareViews(sources, preparation, { folder: cache })
  expect(preparation.prepared).toBe(300)
  expect([...views.read(0)]).toEqual([65, 97])
  expect(readdirSync(cache).filter((name) => !name.endsWith('.views'))).toEqual([])
})

test('it stops when it is asked to, and keeps what is done', async () => {
  const folder = join(root, 'stopped')
  const controller = new AbortController()
  const preparation = makePreparation()
  const stopping: Preparation = {
    ...preparation,
    prepare: async (files, source) => {
      if (source.name === 'f130') controller.abort()
      return preparation.prepare(files, source)
    },
  }
  await expect(prepareViews(sources, stopping, { folder, signal: controller.signal })).rejects.toThrow()
  expect(readdirSync(folder).length).toBe(1)
})

test('a file that is not there is one that is broken', async () => {
  const { broken } = await prepareViews([{ name: 'gone', files: [join(root, 'gone')] }], makePreparation(), {
    folder: cache,
  })
  expect(broken).toEqual([{ name: 'gone', reason: '0' }])
})
