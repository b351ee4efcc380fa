// Lines of text: against String.split, however the bytes are cut; and what is told about bytes that are no text.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FolderError, TextError } from '../../errors.ts'
import { readLines, type TextSource } from './read-lines.ts'

async function collect(source: TextSource, options = {}): Promise<string[]> {
  const lines: string[] = []
  for await (const { text, number } of readLines(source, options)) {
    lines.push(text)
    expect(number).toBe(lines.length)
  }
  return lines
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('readLines', () => {
  test('is String.split, wherever the bytes are cut', async () => {
    const piece = fc.constantFrom('a', 'é', '話', '😀', ' ', '\n', '\r\n', '\uFFFD')
    const pieces = fc.array(piece, { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(pieces, fc.array(fc.nat(40), { maxLength: 5 }), async (parts, cuts) => {
        const text = parts.join('')
        const bytes = bytesOf(text)
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
        const chunks = places.slice(1).map((end, at) => bytes.subarray(places[at], end))
        const expected = text.split(/\r?\n/)
        if (expected.at(-1) === '') expected.pop()
        expect(await collect(chunks)).toEqual(expected)
      }),
    )
  })

  test('a chunk may be overwritten after it was read', async () => {
    const buffer = new Uint8Array(3)
    async function* reuse() {
      for (const part of ['ab', 'cd', '\ne']) {
        buffer.set(bytesOf(part))
        yield buffer.subarray(0, part.length)
      }
    }
    expect(await collect(reuse())).toEqual(['abcd', 'e'])
  })

  test('a byte order mark is dropped at the beginning, and nowhere else', async () => {
    expect(await collect([bytesOf('\uFEFFa\n\uFEFFb')])).toEqual(['a', '\uFEFFb'])
  })

  test('a file larger than a chunk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lines-'))
    try {
      const lines = Array.from({ length: 9000 }, (_, at) => `line ${at} é`.repeat(2))
      await writeFile(join(folder, 'text'), lines.join('\n'))
      expect(await collect(join(folder, 'text'))).toEqual(lines)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('bytes that are not UTF-8: the line and the bytes', async () => {
    const latin = Uint8Array.of(...bytesOf('one\nun caf'), 0xe9, 0x20, 0x61, 0x0a)
    const failure = collect([latin], { name: 'reviews.pos' })
    await expect(failure).rejects.toThrow(TextError)
    await expect(collect([latin], { name: 'reviews.pos' })).rejects.toThrow(
      'reviews.pos, line 2: expected text in UTF-8, received the bytes e9 20 61 after 6 others. Convert the file',
    )
    await expect(collect([Uint8Array.of(...bytesOf('\uFFFD'), 0xff)])).rejects.toThrow('the bytes ff after 3 others')
  })

  test('a line without end is refused before it fills the memory', async () => {
    let chunks = 0
    function* endless() {
      for (; chunks < 1000; chunks++) yield new Uint8Array(100).fill(97)
    }
    await expect(collect(endless(), { maximumLineBytes: 950 })).rejects.toThrow(
      'text, line 1: expected a line of at most 950',
    )
    expect(chunks).toBeLessThan(12)
  })

  test('files that cannot be read', async () => {
    await expect(collect('no/such/file')).rejects.toThrow(FolderError)
    await expect(collect(tmpdir())).rejects.toThrow('expected a file that can be read')
  })
})
