// SGF as it is met: old and new, cut off, odd and hostile; and back to text.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SgfError } from '../errors.ts'
import { decodeSgf } from './decode-text.ts'
import { parseSgf, type SgfNode } from './parse-sgf.ts'
import { type WritableSgfNode, writeSgf } from './write-sgf.ts'

const parseOne = (text: string | Uint8Array): SgfNode => parseSgf(text).games[0] as SgfNode
const values = (node: SgfNode | undefined): Record<string, string[]> => Object.fromEntries(node?.properties ?? [])

function errorOf(action: () => unknown): SgfError {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(SgfError)
    return error as SgfError
  }
  throw new Error('nothing was thrown')
}

describe('parseSgf', { timeout: 30_000 }, () => {
  it('reads nodes, several values, variations and several games', () => {
    const { games } = parseSgf('(;FF[4]AB[aa][bb]\n;B[cc](;W[dd];B[ee])(;W[ff](;B[gg])(;B[hh])))\r\n(;GM[1];W[])')
    expect(games.length).toBe(2)
    const [first, second] = games as [SgfNode, SgfNode]
    expect(values(first)).toEqual({ FF: ['4'], AB: ['aa', 'bb'] })
    const branch = first.children[0] as SgfNode
    expect(branch.children.map((child) => child.properties.get('W'))).toEqual([['dd'], ['ff']])
    expect(branch.children[1]?.children.map((child) => child.properties.get('B'))).toEqual([['gg'], ['hh']])
    expect(values(branch.children[0]?.children[0])).toEqual({ B: ['ee'] })
    expect(values(second.children[0])).toEqual({ W: [''] })
  })

  it('resolves escapes, soft line breaks and line ends, by the examples of the standard', () => {
    const written = 'C[Meijin NR: yeah, k4 is won\\\nderful\r\nsweat NR: thank you! :\\)\rdada\tNR: [2k\\]\\\\]'
    const node = parseOne(`(;${written})`)
    expect(node.properties.get('C')).toEqual([
      'Meijin NR: yeah, k4 is wonderful\nsweat NR: thank you! :)\ndada NR: [2k]\\',
    ])
    expect(parseOne('(;C[a\\\r\nb])').properties.get('C')).toEqual(['ab'])
  })

  it('takes what old programs and mail wrote: long names, text around the tree, missing semicolons, byte order marks', () => {
    const mail =
      'Subject: our game (the second)\n\n(;GaMe[1]FileFormat[3]AddBlack[pd][dp];Black[qq];White[tt])\n-- \nsent (by) mail'
    const root = parseOne(mail)
    expect(values(root)).toEqual({ GM: ['1'], FF: ['3'], AB: ['pd', 'dp'] })
    expect(values(root.children[0]?.children[0])).toEqual({ W: ['tt'] })
    expect(values(parseOne('(GM[1];b[aa] w [bb])').children[0])).toEqual({ B: ['aa'], W: ['bb'] })
    expect(values(parseOne('(;GM[1](B[aa])(B[bb]))').children[1])).toEqual({ B: ['bb'] })
    expect(values(parseOne('((;N[x]))'))).toEqual({ N: ['x'] })
    expect(values(parseOne('\uFEFF (;C[a]C[b]XX[?]KGSDE[1])'))).toEqual({ C: ['a', 'b'], XX: ['?'], KGSDE: ['1'] })
  })

  it.each([
    ['', 'an empty file', 1, 1],
    ['\n \n', 'an empty file', 1, 1],
    ['no game (here)', 'text without one', 1, 1],
    ['(((((((', 'text without one', 1, 1],
    ['(;B[aa]\n;W[bb]', 'the end of the file', 2, 7],
    ['(;B[aa]\r\n;C[cut of', 'the end of the file', 2, 3],
    ['(;B[aa];W;B[cc])', '";"', 1, 10],
    ['(;B[aa];W', 'the end of the file', 1, 10],
    ['(;C[a]]\n)', '"]"', 1, 7],
    ['(;B[aa]\n\n  *)', '"*"', 3, 3],
  ])('names the place of what is wrong in %j', (text, received, line, column) => {
    const error = errorOf(() => parseSgf(text))
    expect(error.received).toBe(received)
    expect(error.position).toMatchObject({ line, column })
    expect(error.message).toContain(`line ${line}, column ${column} (offset ${error.position.offset})`)
  })

  it('says which parenthesis is open', () => {
    const error = errorOf(() => parseSgf('(;B[aa]\n (;W[bb])\n (;W[cc]'))
    expect(error.expected).toBe('")" for the "(" of line 3, column 2')
  })

  it('reads 100,000 variations inside each other, and as many side by side', () => {
    const deep = `${'(;B[aa]'.repeat(100_000)}${')'.repeat(100_000)}`
    let depth = 0
    for (let node: SgfNode | undefined = parseOne(deep); node; node = node.children[0]) depth++
    expect(depth).toBe(100_000)
    expect(writeSgf(parseSgf(deep).games).match(/B\[aa\]/g)?.length).toBe(100_000)
    expect(parseOne(`(;${'(;B[aa])'.repeat(100_000)})`).children.length).toBe(100_000)
    expect(() => parseSgf('('.repeat(100_000))).toThrow(/text without one/)
    expect(() => parseSgf(`(;${'('.repeat(100_000)}`)).toThrow(SgfError)
  })

  it('reads a comment of 10 MB, plain or full of escapes, and keeps to its bound of nodes', () => {
    expect(parseOne(`(;C[${'x'.repeat(10_000_000)}])`).properties.get('C')?.[0]?.length).toBe(10_000_000)
    expect(parseOne(`(;C[${'\\]'.repeat(1_000_000)}])`).properties.get('C')?.[0]?.length).toBe(1_000_000)
    expect(() => parseSgf(`(;C[${'\\'.repeat(1_000_001)}])`)).toThrow(/cut off/)
    expect(() => parseSgf(`(${';'.repeat(11)})`, { maximumNodes: 10 })).toThrow(/at most 10 nodes/)
  })
})

describe('decodeSgf', { timeout: 30_000 }, () => {
  // 古力 as GB2312, Big5 and Shift_JIS have it (Unicode's mapping tables); 이 in EUC-KR.
  it.each([
    ['GB2312', [0xb9, 0xc5, 0xc1, 0xa6], '古力'],
    ['gb18030', [0xb9, 0xc5, 0xc1, 0xa6], '古力'],
    ['Big5', [0xa5, 0x6a, 0xa4, 0x4f], '古力'],
    ['Shift_JIS', [0x8c, 0xc3, 0x97, 0xcd], '古力'],
    ['EUC-KR', [0xc0, 0xcc], '이'],
    ['ISO-8859-1', [0xe9], 'é'],
    ['UTF-8', [0xe5, 0x8f, 0xa4, 0xe5, 0x8a, 0x9b], '古力'],
    // ソ ends in a backslash, 表 too: read before decoding, they would escape the bracket.
    ['SJIS', [0x83, 0x5c, 0x95, 0x5c], 'ソ表'],
  ])('reads a name in %s', (encoding, name, expected) => {
    const ascii = (text: string): number[] => [...new TextEncoder().encode(text)]
    const bytes = Uint8Array.from([...ascii(`(;GM[1]CA[${encoding}]PB[`), ...name, ...ascii('];B[aa])')])
    expect(values(parseOne(bytes))).toMatchObject({ PB: [expected] })
    expect(parseOne(bytes).children.length).toBe(1)
  })

  it('without a name takes UTF-8 where that is valid, else Latin-1; byte order marks come first', () => {
    expect(decodeSgf(new TextEncoder().encode('(;PB[é])'))).toBe('(;PB[é])')
    expect(decodeSgf(Uint8Array.of(0x28, 0xe9, 0x29))).toBe('(é)')
    expect(decodeSgf(Uint8Array.of(0xff, 0xfe, 0x28, 0, 0x3b, 0))).toBe('(;')
    expect(decodeSgf(Uint8Array.of(0xef, 0xbb, 0xbf, 0x28, 0x3b))).toBe('(;')
    expect(decodeSgf(new TextEncoder().encode('(;CA[no such thing]PB[é])'))).toBe('(;CA[no such thing]PB[é])')
  })
})

describe('writeSgf', { timeout: 30_000 }, () => {
  const text = fc.string({ unit: fc.constantFrom(']', '\\', '[', ';', '(', ')', ':', '\n', ' ', 'a', 'é', '古') })
  const properties = fc
    .uniqueArray(fc.tuple(fc.stringMatching(/^[A-Z]{1,3}$/), fc.array(text, { minLength: 1, maxLength: 3 })), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 3,
    })
    .map((entries) => new Map(entries))
  const { tree } = fc.letrec<{ tree: WritableSgfNode }>((tie) => ({
    tree: fc.record({
      properties,
      children: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 3 })),
    }),
  }))
  const strip = (node: WritableSgfNode): unknown => ({
    properties: [...node.properties],
    children: node.children.map(strip),
  })

  it('writes what parseSgf reads as the same trees', () => {
    const property = fc.property(fc.array(tree, { minLength: 1, maxLength: 3 }), (games) => {
      expect(parseSgf(writeSgf(games)).games.map(strip)).toEqual(games.map(strip))
    })
    fc.assert(property, { numRuns: 100, seed: 3 })
  })

  it('writes what people expect to see', () => {
    const written = writeSgf(parseSgf('(;GM[1];B[aa](;W[bb];B[])(;W[cc]))').games)
    expect(written).toBe('(;GM[1]\n;B[aa]\n(;W[bb]\n;B[])\n(;W[cc]))\n')
  })
})
