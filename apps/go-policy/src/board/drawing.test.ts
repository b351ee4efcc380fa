// Boards in a terminal and as pictures.
import { parseVertex } from '@deep-recipe/datasets/go'
import { describe, expect, test } from 'vitest'
import { formatShare, listStars, rankMoves } from './board-picture.ts'
import { drawSvg, svgWidth } from './draw-svg.ts'
import { drawInTerminal, wantsColour } from './draw-terminal.ts'

const stones = new Int8Array(25)
stones[12] = 1
stones[13] = -1
const probabilities = new Float32Array(25)
probabilities[7] = 0.6
probabilities[0] = 0.3
probabilities[12] = 0.05
probabilities[24] = 0.0004
const picture = { size: 5, stones, last: 13, probabilities, played: 7 }

describe('in a terminal', () => {
  test('stones, the move before in brackets, letters on the best points', () => {
    expect(drawInTerminal(picture, false).split('\n')).toEqual([
      '    A B C D E',
      ' 5  b · · · · 5',
      ' 4  · · a · · 4',
      ' 3  · · ●(○)· 3',
      ' 2  · · · · · 2',
      ' 1  · · · · d 1',
      '    A B C D E',
    ])
  })

  test('colours only where they are wanted', () => {
    expect(drawInTerminal(picture, false)).not.toContain('\u001b')
    expect(drawInTerminal(picture, true)).toContain('\u001b[48;2;')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of a terminal
    expect(drawInTerminal(picture, true).replace(/\u001b\[[\d;]*m/g, '')).toBe(drawInTerminal(picture, false))
  })

  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('terminal %s, environment %j: colours %s', (isTTY, environment, wanted) => {
    expect(wantsColour({ isTTY }, environment)).toBe(wanted)
  })
})

describe('as SVG', () => {
  const svg = drawSvg(picture)

  test('is well-formed: every element is closed, in order', () => {
    const open: string[] = []
    for (const [, slash, name, , selfClosing] of svg.matchAll(/<(\/?)(\w+)((?:"[^"]*"|[^">])*?)(\/?)>/g)) {
      if (slash) expect(open.pop()).toBe(name)
      else if (!selfClosing) open.push(name as string)
    }
    expect(open).toEqual([])
    expect(svg).toContain(`viewBox="0 0 ${svgWidth(5)} ${svgWidth(5)}"`)
  })

  test('has the stones, the rings, a spot for each empty point that is thought of, and their shares', () => {
    expect([svg.match(/class="b"/g)?.length, svg.match(/class="w"/g)?.length]).toEqual([1, 1])
    expect([svg.match(/class="last"/g)?.length, svg.match(/class="played"/g)?.length]).toEqual([1, 1])
    // 0.0004 is too little for a spot, and on a stone there is none.
    expect(svg.match(/fill-opacity/g)?.length).toBe(2)
    expect([...svg.matchAll(/class="share"[^>]*>(\d+)</g)].map(([, text]) => text)).toContain('60')
    expect(svg).toContain('<title>C4: 60 %</title>')
  })

  test('a pass before, and none played, have no rings', () => {
    expect(drawSvg({ size: 5, stones, last: -1, played: -1 })).not.toMatch(/class="(last|played)"/)
  })
})

test('stars of the usual boards', () => {
  const points = (size: number, vertices: string): number[] =>
    vertices
      .split(' ')
      .map((vertex) => parseVertex(vertex, size))
      .sort((a, b) => a - b)
  const stars = (size: number): number[] => listStars(size).sort((a, b) => a - b)
  expect(stars(9)).toEqual(points(9, 'C3 C7 G3 G7 E5'))
  expect(stars(13)).toEqual(points(13, 'D4 D10 K4 K10 G7'))
  expect(stars(19)).toEqual(points(19, 'D4 D10 D16 K4 K10 K16 Q4 Q10 Q16'))
})

test('ranks and shares', () => {
  expect(rankMoves([0.1, 0.5, 0, 0.5], 3)).toEqual([1, 3, 0])
  expect([1, 0.4149, 0.0321, 0.0001, 0].map(formatShare)).toEqual(['100 %', '41 %', '3.2 %', '< 0.1 %', '0.0 %'])
})
