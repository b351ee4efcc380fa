// The split: ten tests that share nothing and are everything together, with both kinds alike in all parts.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RecipeError } from '@deep-recipe/core-tensor'
import { afterAll, expect, test } from 'vitest'
import { folds, loadData, splitFold } from './data.ts'

const folder = mkdtempSync(join(tmpdir(), 'sentiment-data-'))
afterAll(() => rmSync(folder, { recursive: true }))

const all = Array.from({ length: 207 }, (_, i) => ({ words: [`w${i}`], positive: i % 3 > 0 }))
const namesOf = (sentences: readonly { readonly words: readonly string[] }[]): string[] =>
  sentences.map(({ words }) => words[0] as string)

test('ten tests that share nothing and are everything together', () => {
  const tests = Array.from({ length: folds }, (_, fold) => namesOf(splitFold(all, { seed: 4, fold }).test))
  expect(tests.flat().sort()).toEqual(namesOf(all).sort())
})

test('parts share nothing, and have the same share of each kind', () => {
  const { train, validation, test: held } = splitFold(all, { seed: 4, fold: 3 })
  expect(namesOf([...train, ...validation, ...held]).sort()).toEqual(namesOf(all).sort())
  for (const part of [train, validation, held]) {
    expect(part.filter(({ positive }) => positive).length / part.length).toBeCloseTo(2 / 3, 0.9)
  }
  expect(namesOf(splitFold(all, { seed: 4, fold: 3 }).test)).toEqual(namesOf(held))
  expect(namesOf(splitFold(all, { seed: 5, fold: 3 }).test)).not.toEqual(namesOf(held))
})

test('too few of one kind', () => {
  const some = [...all.filter(({ positive }) => positive), ...all.filter(({ positive }) => !positive).slice(0, 9)]
  expect(() => splitFold(some, { seed: 1, fold: 0 })).toThrow(RecipeError)
  expect(() => splitFold(some, { seed: 1, fold: 0 })).toThrow('The negative sentences: expected at least 10')
})

test('from a folder, or generated', async () => {
  writeFileSync(join(folder, 'a.pos'), 'good film\n'.repeat(40))
  writeFileSync(join(folder, 'a.neg'), 'bad film\n'.repeat(20))
  const data = await loadData({ folder, seed: 1, fold: 0 })
  expect([data.train.length, data.validation.length, data.test.length, data.isGenerated]).toEqual([52, 2, 6, false])
  for (const { words, positive } of [...data.train, ...data.test]) expect(words[0]).toBe(positive ? 'good' : 'bad')
  const generated = await loadData({ folder: undefined, seed: 1, fold: 0 })
  expect([generated.test.length, generated.isGenerated]).toEqual([300, true])
})

test.each([
  [
    'an empty file',
    { 'a.pos': 'good\n'.repeat(20), 'a.neg': '\n' },
    /a\.neg: expected at least one sentence, received none/,
  ],
  ['no file of one kind', { 'a.pos': 'good\n' }, /\*\.neg in .*: expected one file, received none/],
  ['two files of one kind', { 'a.pos': 'good\n', 'b.pos': 'good\n', 'a.neg': 'bad\n' }, /received a\.pos, b\.pos/],
])('%s is told', async (name, files, message) => {
  const own = join(folder, name)
  mkdirSync(own)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(own, file), text)
  await expect(loadData({ folder: own, seed: 1, fold: 0 })).rejects.toThrow(message)
})
