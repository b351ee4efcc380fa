// Files of positive and negative sentences: what is read, and what is told about folders that are not like that.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FolderError, TextError } from '../../errors.ts'
import { readPolarityFolder } from './read-polarity.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polarity-'))
})
afterEach(() => rm(folder, { recursive: true }))

const write = (name: string, text: string | Uint8Array) => writeFile(join(folder, name), text)

describe('readPolarityFolder', () => {
  test('positive first, words apart at spaces, empty lines passed over', async () => {
    await write('films.pos', ' simple , and moving \n\nit works')
    await write('films.neg', 'a dull affair .\n')
    expect(await readPolarityFolder(folder)).toEqual([
      { words: ['simple', ',', 'and', 'moving'], positive: true },
      { words: ['it', 'works'], positive: true },
      { words: ['a', 'dull', 'affair', '.'], positive: false },
    ])
  })

  test('folders that are no such data', async () => {
    await expect(readPolarityFolder(join(folder, 'none'))).rejects.toThrow(FolderError)
    await write('a.pos', 'good')
    await expect(readPolarityFolder(folder)).rejects.toThrow(/\*\.neg in .*: expected one file, received none/)
    await write('a.neg', '\n')
    await expect(readPolarityFolder(folder)).rejects.toThrow('expected at least one sentence, received none')
    await write('b.pos', 'good')
    await expect(readPolarityFolder(folder)).rejects.toThrow('received a.pos, b.pos')
  })

  test('bytes that are not UTF-8', async () => {
    await write('a.pos', 'good\n')
    await write('a.neg', Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a))
    await expect(readPolarityFolder(folder)).rejects.toThrow(TextError)
    await expect(readPolarityFolder(folder)).rejects.toThrow(/a\.neg, line 2: expected text in UTF-8/)
  })

  // As its publishers count it: DEEP_RECIPE_POLARITY names a folder with rt-polarity.pos and rt-polarity.neg.
  const real = process.env.DEEP_RECIPE_POLARITY ?? ''
  test.skipIf(real === '')('the published sentences', async () => {
    const sentences = await readPolarityFolder(real)
    expect(sentences.filter(({ positive }) => positive).length).toBe(sentences.length / 2)
    const counts = sentences.map(({ words }) => words.length)
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([1, 59])
  })
})
