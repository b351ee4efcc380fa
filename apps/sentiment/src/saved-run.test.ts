// The vocabulary of a run: there and back, damaged, and not that of the network.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RecipeError } from '@deep-recipe/core-tensor'
import { afterAll, expect, test } from 'vitest'
import { fingerprint, guardVocabulary, readTables, writeTables } from './saved-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'sentiment-run-'))
afterAll(() => rmSync(folder, { recursive: true }))
const tables = { words: ['good', 'bad'], trigrams: ['#go', 'bad'] }

test('there and back', async () => {
  await writeTables(folder, tables)
  expect(await readTables(folder)).toEqual(tables)
})

test.each([
  ['{"words":["a"', 'a file that is cut off or no JSON'],
  ['{"words":["a"]}', 'a file without lists of words and trigrams'],
  ['{"words":[1],"trigrams":[]}', 'a file without lists of words and trigrams'],
])('damaged: %s', async (text, received) => {
  writeFileSync(join(folder, 'vocabulary.json'), text)
  await expect(readTables(folder)).rejects.toThrow(RecipeError)
  await expect(readTables(folder)).rejects.toThrow(received)
})

test('not there', async () => {
  await expect(readTables(join(folder, 'nowhere'))).rejects.toThrow('expected the vocabulary of the run')
})

test('a checkpoint of another vocabulary, or of another app, is not gone on with', () => {
  const guard = guardVocabulary(tables)
  expect(() => guard.restore?.(guard.save?.() ?? {})).not.toThrow()
  const other = guardVocabulary({ ...tables, words: ['bad', 'good'] })
  expect(() => guard.restore?.(other.save?.() ?? {})).toThrow('one of another')
  expect(() => guard.restore?.({})).toThrow('one of another app')
  // Where one list ends and the next begins counts.
  expect(fingerprint({ words: ['a'], trigrams: ['b'] })).not.toBe(fingerprint({ words: ['a', 'b'], trigrams: [] }))
})
