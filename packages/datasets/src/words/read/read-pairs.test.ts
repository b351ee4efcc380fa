// Tab-separated pairs: invisible characters, broken lines, folders.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FolderError, TextError } from '../../errors.ts'
import { cleanText, findPairsFile, readPairs, type SentencePair } from './read-pairs.ts'

const bytes = (text: string): Uint8Array[] => [new TextEncoder().encode(text)]

async function readAll(text: string, options = {}): Promise<SentencePair[]> {
  const pairs: SentencePair[] = []
  for await (const pair of readPairs(bytes(text), options)) pairs.push(pair)
  return pairs
}

describe('cleanText', () => {
  test.each([
    ['\uFEFFHi.', 'Hi.'],
    ['我\u200B们\u200D\u2060。', '我们。'],
    ['你\u3000好', '你 好'],
    [' a \u00A0 b\t c ', 'a b c'],
    ['cafe\u0301', 'café'],
    ['a\u0000b\u0007', 'ab'],
    ['\u202Eabc\u202C', 'abc'],
    ['𠮷野家', '𠮷野家'],
  ])('%j → %j', (text, wanted) => {
    expect(cleanText(text)).toBe(wanted)
  })
})

describe('readPairs', () => {
  test('a byte order mark, CRLF, an attribution, empty lines, no line end at the end', async () => {
    const text = '\uFEFFHi.\t嗨。\tCC-BY 2.0\r\n\r\n \nRun.\t你\u200B用跑的。\nStop!\t住手！'
    expect(await readAll(text)).toEqual([
      { source: 'Hi.', target: '嗨。' },
      { source: 'Run.', target: '你用跑的。' },
      { source: 'Stop!', target: '住手！' },
    ])
  })

  test.each([
    ['Hi.\t嗨。\nno tab here', /text, line 2: .*received no tab in 'no tab here'/],
    ['\t嗨。', /line 1: .*received nothing before the tab/],
    ['Hi.\t\u200B \tsomebody', /line 1: .*received nothing after the tab/],
    [`Hi.\t${'嗨'.repeat(1001)}`, /1001 characters/],
  ])('%j is told, with its line', async (text, message) => {
    await expect(readAll(text)).rejects.toThrow(TextError)
    await expect(readAll(text)).rejects.toThrow(message)
  })

  test('with onProblem broken lines are told and passed over', async () => {
    const problems: string[] = []
    const onProblem = (problem: Error): unknown => problems.push(problem.message)
    expect(await readAll('a\tb\nbroken\n\tc\nd\te\n', { onProblem })).toEqual([
      { source: 'a', target: 'b' },
      { source: 'd', target: 'e' },
    ])
    expect(problems.length).toBe(2)
  })

  test('characters are counted as people count them', async () => {
    const long = '𠮷'.repeat(10)
    expect(await readAll(`a\t${long}`, { maximumCharacters: 10 })).toEqual([{ source: 'a', target: long }])
    await expect(readAll(`a\t${long}`, { maximumCharacters: 9 })).rejects.toThrow(TextError)
  })
})

describe('findPairsFile', () => {
  test('one file of pairs, beside an _about.txt; none or several are told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pairs-'))
    try {
      await expect(findPairsFile(folder)).rejects.toThrow(FolderError)
      writeFileSync(join(folder, 'cmn.txt'), 'a\tb\n')
      writeFileSync(join(folder, '_about.txt'), 'about')
      expect(await findPairsFile(folder)).toBe(join(folder, 'cmn.txt'))
      writeFileSync(join(folder, 'more.tsv'), 'a\tb\n')
      await expect(findPairsFile(folder)).rejects.toThrow(/received cmn.txt, more.tsv/)
      await expect(findPairsFile(join(folder, 'absent'))).rejects.toThrow(FolderError)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
