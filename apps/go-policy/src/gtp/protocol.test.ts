// Lines of the protocol against its specification (GTP 2 draft 2, sections 2.4 to 2.6).
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatFailure, formatSuccess, readCommand } from './protocol.ts'

describe('commands', () => {
  test.each([
    ['play b q16', { id: undefined, name: 'play', words: ['b', 'q16'] }],
    ['12 play b q16', { id: 12, name: 'play', words: ['b', 'q16'] }],
    ['  7\tkomi\t\t6.5  ', { id: 7, name: 'komi', words: ['6.5'] }],
    ['name\r', { id: undefined, name: 'name', words: [] }],
    ['na\u0000me\u0007', { id: undefined, name: 'name', words: [] }],
    ['komi 6.5 # the usual one', { id: undefined, name: 'komi', words: ['6.5'] }],
    ['3 quit#now', { id: 3, name: 'quit', words: [] }],
    ['2147483647 name', { id: 2147483647, name: 'name', words: [] }],
    // A number alone is a command without a name: it is answered, as unknown.
    ['5', { id: 5, name: '', words: [] }],
    // Too large for a number, and so a name.
    ['2147483648 name', { id: undefined, name: '2147483648', words: ['name'] }],
    ['-1 name', { id: undefined, name: '-1', words: ['name'] }],
  ])('%j', (line, command) => {
    expect(readCommand(line)).toEqual(command)
  })

  test.each(['', '   ', '\t', '\r', '# nothing but a comment', '  # the same', '\u0001\u0002'])(
    '%j is no command',
    (line) => {
      expect(readCommand(line)).toBeUndefined()
    },
  )

  test('whatever comes, words hold neither spaces nor control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        const command = readCommand(line.replaceAll('\n', ''))
        for (const word of command ? [command.name, ...command.words] : []) expect(word).not.toMatch(/[\0-\x20\x7f#]/)
      }),
    )
  })
})

describe('responses', () => {
  test.each([
    [formatSuccess(undefined, ''), '= \n\n'],
    [formatSuccess(7, 'D4'), '=7 D4\n\n'],
    [formatFailure(undefined, 'illegal move'), '? illegal move\n\n'],
    [formatFailure(0, 'unknown command'), '?0 unknown command\n\n'],
    [formatSuccess(1, 'a\nb\n'), '=1 a\nb\n\n'],
  ])('%j', (response, wanted) => {
    expect(response).toBe(wanted)
  })

  test('an empty line comes at the end and nowhere else, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const response = formatSuccess(1, text)
        expect(response.indexOf('\n\n')).toBe(response.length - 2)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the protocol forbids all but line feeds
        expect(response).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/)
      }),
    )
  })
})
