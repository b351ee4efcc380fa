// Where sentences come from: the generator, or a folder with files that are named in many ways.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadData, loadTestData } from './load-data.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slots-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
const lines = (count: number): string =>
  Array.from({ length: count }, (_, at) => `BOS fly to town${at} EOS\tO O O B-to fly\n`).join('')

describe('loadData', () => {
  test('without a folder: generated, the same each time, parts that share no sentence object', async () => {
    const data = await loadData(undefined)
    expect(await loadData(undefined)).toEqual(data)
    expect([data.train.length, data.validation.length, data.test.length]).toEqual([600, 150, 400])
  })

  test('a tenth of the training file is set aside, each sentence in one part', async () => {
    write('atis.train.iob', lines(40))
    write('atis.test.iob', lines(7))
    write('README.md', 'train and test')
    const { train, validation, test: testing } = await loadData(folder)
    expect([train.length, validation.length, testing.length]).toEqual([36, 4, 7])
    expect(new Set([...train, ...validation].map(({ words }) => words.join(' '))).size).toBe(40)
    expect((await loadData(folder)).validation).toEqual(validation)
  })

  test('a file for validation, and words one a line', async () => {
    write('train.conll', 'go O\nhome B-to\n\n')
    write('valid.conll', 'go O\nOut\n')
    write('test.conll', 'stay O\n')
    const data = await loadData(folder)
    expect([data.train.length, data.validation[0]?.intent, data.test[0]?.words]).toEqual([1, 'Out', ['stay']])
  })

  test('the test sentences alone need no other file', async () => {
    write('test.iob', lines(3))
    expect((await loadTestData(folder)).test.length).toBe(3)
    write('train.iob', lines(20))
    expect((await loadTestData(folder)).test).toEqual((await loadData(folder)).test)
    expect((await loadTestData(undefined)).test).toEqual((await loadData(undefined)).test)
  })

  test.each([
    ['no file', [], /The train file in .*: expected one file with "train" in its name.*received no file of that kind/],
    ['two for one part', ['a.train.iob', 'b.train.iob', 'test.iob'], /received a\.train\.iob, b\.train\.iob/],
    ['no test file', ['train.iob'], /The test file in .*received train\.iob/],
  ])('%s', async (_, names, message) => {
    for (const name of names) write(name, lines(12))
    await expect(loadData(folder)).rejects.toThrow(message)
  })

  test('too few sentences, an empty file, a malformed line', async () => {
    write('train.iob', lines(9))
    write('test.iob', lines(9))
    await expect(loadData(folder)).rejects.toThrow('The training sentences: expected at least 10')
    write('train.iob', '\n\n')
    await expect(loadData(folder)).rejects.toThrow(/train\.iob: expected at least one sentence, received none/)
    write('train.iob', `${lines(11)}BOS a EOS\tO\n`)
    await expect(loadData(folder)).rejects.toThrow(/train\.iob, line 12: expected 3 tags/)
  })
})
