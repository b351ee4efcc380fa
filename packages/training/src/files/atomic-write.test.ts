// Files are written whole or not at all, and what killed processes left is cleaned up.
import { spawnSync } from 'node:child_process'
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { removeStaleTemporaries, writeFileAtomically } from './atomic-write.ts'
import { FileError } from './errors.ts'

// Disks take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const root = await files.mkdtemp(join(tmpdir(), 'atomic-'))
afterAll(() => files.rm(root, { recursive: true }))

test('a file is written, and replaced', async () => {
  const path = join(root, 'a', 'b', 'file.txt')
  await writeFileAtomically(path, 'one')
  await writeFileAtomically(path, new TextEncoder().encode('two'))
  expect(await files.readFile(path, 'utf8')).toBe('two')
  expect(await files.readdir(join(root, 'a', 'b'))).toEqual(['file.txt'])
})

test('many writers of one file leave one whole file', async () => {
  const path = join(root, 'busy.txt')
  await Promise.all(Array.from({ length: 20 }, (_, i) => writeFileAtomically(path, String(i).repeat(10_000))))
  const text = await files.readFile(path, 'utf8')
  expect(new Set(text.match(/../g)).size).toBe(1)
  expect((await files.readdir(root)).filter((name) => name.startsWith('.'))).toEqual([])
})

test('a folder in the place of the file is an error that names it and leaves nothing behind', async () => {
  const path = join(root, 'taken')
  await files.mkdir(path)
  await expect(writeFileAtomically(path, 'text')).rejects.toThrow(FileError)
  await expect(writeFileAtomically(path, 'text')).rejects.toThrow(
    /Cannot write .*taken.*a folder where a file should be/,
  )
  expect((await files.readdir(root)).filter((name) => name.startsWith('.'))).toEqual([])
})

test('temporaries of dead processes are removed, those of living ones and other hidden files stay', async () => {
  const folder = join(root, 'stale')
  await files.mkdir(folder)
  const dead = spawnSync(process.execPath, ['-e', '0']).pid
  const names = [
    `.x.txt.${dead}-0.partial`,
    `.x.txt.${process.ppid}-7.partial`,
    '.hidden',
    '.x.partial',
    'x.1-1.partial',
  ]
  for (const name of names) await files.writeFile(join(folder, name), '')
  expect(await removeStaleTemporaries(folder)).toEqual([names[0]])
  expect((await files.readdir(folder)).sort()).toEqual(names.slice(1).sort())
})

test('temporaries that this process is writing stay', async () => {
  const folder = join(root, 'own')
  const writing = writeFileAtomically(join(folder, 'large.bin'), new Uint8Array(5e6))
  while (!(await files.readdir(folder).catch(() => [])).some((name) => name.endsWith('.partial'))) {}
  expect(await removeStaleTemporaries(folder)).toEqual([])
  await writing
  expect(await files.readdir(folder)).toEqual(['large.bin'])
})
