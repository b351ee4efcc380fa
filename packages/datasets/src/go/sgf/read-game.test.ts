// From trees to games: passes, setup, handicap, and what is refused; all real games where DEEP_RECIPE_GO names their folder.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SgfError } from '../errors.ts'
import { type GoGame, listMoves, replay } from '../games/game.ts'
import { drawBoard } from '../rules/draw.ts'
import { PASS } from '../rules/stones.ts'
import { parseSgf, type SgfNode } from './parse-sgf.ts'
import { readGame } from './read-game.ts'
import { makeGameTree } from './write-game.ts'
import { writeSgf } from './write-sgf.ts'

function read(text: string): GoGame {
  const collection = parseSgf(text)
  return readGame(collection.games[0] as SgfNode, collection)
}

const header = '(;GM[1]SZ[5]'

describe('readGame', () => {
  it('reads facts and the main line, passes as [] and [tt]', () => {
    const game = read(
      '(;SZ[19:19]KM[6,5]HA[2]RU[Japanese]PB[ Go Seigen ]BR[9d]RE[B+R];B[pd];W[];B[tt](;W[dp])(;W[dd]))',
    )
    expect(game).toMatchObject({ size: 19, komi: 6.5, handicap: 2, result: 'B+R', ruleset: 'Japanese' })
    expect(game.black).toEqual({ name: 'Go Seigen', rank: '9d' })
    expect(game.white).toEqual({ name: undefined, rank: undefined })
    expect(listMoves(game)).toEqual([
      { colour: 1, point: 3 * 19 + 15 },
      { colour: -1, point: PASS },
      { colour: 1, point: PASS },
      { colour: -1, point: 15 * 19 + 3 },
    ])
    expect(read('(;SZ[21];B[tt])').steps).not.toContain(1023)
    expect(read('(;KM[?]SZ[9])').komi).toBeUndefined()
  })

  it('sets stones up, also as rectangles and in the middle of a game, and keeps whose turn it is', () => {
    const game = read(`${header}AB[aa:ca][ee]AW[ab:cb]PL[W];W[ac];AE[ea][ca:ba]AB[ed];B[ec])`)
    expect(drawBoard(replay(game))).toBe('X . . . .\nO O O . .\nO . . . X\n. . . . X\n. . . . X')
    expect(replay(game, 0).toMove).toBe(-1)
    expect(drawBoard(replay(game, 1))).toBe('X . . . .\nO O O . .\nO . . . .\n. . . . X\n. . . . X')
    const back = parseSgf(writeSgf([makeGameTree(game)]))
    expect(readGame(back.games[0] as SgfNode, back)).toEqual(game)
  })

  it.each([
    [`${header};B[aa]\n;W[ff])`, /line 2, column 1 .*two letters from a to e for white's move 2 .*"ff"/],
    [`${header};B[aa]\n;W[aa])`, /white's move 2 at A5, line 2, column 1.*stone on it/],
    [`${header};B[a])`, /"a"/],
    [`${header};B[AA])`, /"AA"/],
    [`${header};B[tt];W[uu])`, /"uu"/],
    [`${header};B[aa][bb])`, /one point.*2 points/],
    [`${header}AB[ba][ab]AW[aa])`, /chain at A5 after setUp, line 1/],
    [`${header}AB[aa:zz])`, /"zz"/],
    [`${header}AB[ba][ab];W[aa])`, /without liberties/],
    ['(;SZ[19:13];B[aa])', /square board.*SZ\[19:13\]/],
    ['(;SZ[1])', /square board/],
    ['(;SZ[37])', /square board/],
    ['(;SZ[abc])', /square board/],
    ['(;GM[2];B[aa])', /a game of Go, GM\[1\].*GM\[2\]/],
  ])('refuses %j', (text, message) => {
    expect(() => read(text)).toThrow(SgfError)
    expect(() => read(text)).toThrow(message)
  })

  it('allows suicide where the rules of the game do', () => {
    expect(read('(;SZ[5]RU[NZ]AB[ba][ab];W[aa])').steps.length).toBe(3)
  })

  it('bounds the setup of a hostile file', () => {
    expect(() => read(`(;SZ[19]${'AB[aa:ss]'.repeat(1000)})`)).toThrow(/at most 100000/)
  })
})

// Real records, which are not shipped: DEEP_RECIPE_GO names a folder of them.
const folder = process.env.DEEP_RECIPE_GO

describe.skipIf(!folder)('the games in DEEP_RECIPE_GO', () => {
  it('are all read, and written and read again', () => {
    const files = readdirSync(folder as string, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.sgf'),
    )
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      const collection = parseSgf(readFileSync(join(folder as string, file)))
      const game = readGame(collection.games[0] as SgfNode, collection)
      const back = parseSgf(writeSgf([makeGameTree(game)]))
      expect(readGame(back.games[0] as SgfNode, back)).toEqual(game)
    }
  }, 120_000)
})
