// Games from folders, files and zips: what is found, in which order, and what is passed over for which reason.
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GameCollectionError, GoError } from '../errors.ts'
import { makeZip } from './fixtures/make-zip.ts'
import { listMoves } from './game.ts'
import { isHeldOut, splitGames } from './split-games.ts'
import { type FiledGame, ReadingReport, readGames, streamGames } from './stream-games.ts'

/** A game whose only move tells it from others. */
const gameWith = (move: string, size = 9): string => `(;GM[1]SZ[${size}];B[${move}])`
const firstMoves = (games: readonly FiledGame[]): number[] =>
  games.map(({ game }) => listMoves(game)[0]?.point as number)

describe('streamGames', { timeout: 30_000 }, () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'games-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }

  it('finds records in folders, zips and files with several games, always in the same order', async () => {
    await write('b/second.sgf', gameWith('ba'))
    await write('a/deep/first.SGF', gameWith('aa'))
    await write('z.sgf', `${gameWith('ea')}\n${gameWith('fa')}`)
    await write('b/third.zip', makeZip([{ name: 'x/1.sgf', content: gameWith('ca') }, { name: 'read.me', content: '' }, { name: '2.sgf', content: gameWith('da') }])) // biome-ignore format: short
    await write('notes.txt', 'not a game')
    await symlink(folder, join(folder, 'loop'))
    await symlink(join(folder, 'z.sgf'), join(folder, 'zz.sgf'))
    const { games, report } = await readGames(folder)
    expect(firstMoves(games)).toEqual([0, 1, 2, 3, 4, 5, 4, 5])
    expect(games.map(({ file }) => file)).toEqual([
      'a/deep/first.SGF',
      'b/second.sgf',
      'b/third.zip/x/1.sgf',
      'b/third.zip/2.sgf',
      'z.sgf',
      'z.sgf',
      'zz.sgf',
      'zz.sgf', // biome-ignore format: short
    ])
    expect(report).toMatchObject({ files: 6, games: 8, moves: 8, skipped: 0 })
    expect(firstMoves((await readGames([join(folder, 'z.sgf'), join(folder, 'b')])).games)).toEqual([4, 5, 1, 2, 3])
  })

  it('counts bad records by reason, and goes on', async () => {
    await write('1-good.sgf', gameWith('aa'))
    await write('2-empty.sgf', '')
    await write('3-truncated.sgf', '(;GM[1]SZ[9];B[aa];W[b')
    await write('4-occupied.sgf', '(;GM[1]SZ[9];B[aa];W[aa])')
    await write('5-chess.sgf', '(;GM[3])')
    await write('6-large.sgf', `(;C[${'x'.repeat(5000)}];B[aa])`)
    await write('7-small-board.sgf', gameWith('aa', 5))
    await write('8-no-moves.sgf', '(;GM[1]SZ[9])')
    await write('9-not-a.zip', 'PK but no more')
    const report = new ReadingReport()
    const seen: number[] = []
    const { games } = await readGames(folder, { size: 9, maximumBytes: 4000, report, onProgress: ({ files }) => seen.push(files) }) // biome-ignore format: short
    expect(games.map(({ file }) => file)).toEqual(['1-good.sgf'])
    expect(Object.fromEntries(report.skippedByKind)).toEqual({
      'malformed SGF': 2,
      'illegal move': 1,
      'unusable game': 1,
      'too large': 1,
      'not 9 × 9': 1,
      'fewer than 1 moves': 1,
      'damaged zip': 1,
    })
    expect(report.skipped).toBe(8)
    expect(report.examples.find(({ file }) => file === '3-truncated.sgf')?.reason).toMatch(/line 1, column 21/)
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('refuses what leads out of a zip, bombs and lies, writes nothing, and keeps the rest', async () => {
    const bomb = Buffer.alloc(8 * 2 ** 20, ' ')
    await write(
      'games.zip',
      makeZip([
        { name: '../outside.sgf', content: gameWith('aa') },
        { name: 'a/../../outside.sgf', content: gameWith('aa') },
        { name: '..\\outside.sgf', content: gameWith('aa') },
        { name: '/etc/outside.sgf', content: gameWith('aa') },
        { name: 'C:\\outside.sgf', content: gameWith('aa') },
        { name: 'bomb.sgf', content: bomb },
        { name: 'liar.sgf', content: bomb, claimedSize: 100 },
        { name: 'huge.sgf', content: gameWith('aa'), claimedSize: 0xfffffff0 },
        { name: 'good.sgf', content: gameWith('ba') },
      ]),
    )
    const { games, report } = await readGames(folder)
    expect(firstMoves(games)).toEqual([1])
    expect(Object.fromEntries(report.skippedByKind)).toEqual({
      'path outside the zip': 5,
      'zip bomb': 1,
      'damaged zip entry': 1,
      'too large': 1,
    })
    expect(await readdir(folder)).toEqual(['games.zip'])
  })

  it('refuses a zip whose entries are together more than it can hold', async () => {
    const padded = `${gameWith('aa')}${' '.repeat(2 * 2 ** 20)}`
    await write('many.zip', makeZip(Array.from({ length: 8 }, (_, at) => ({ name: `${at}.sgf`, content: padded }))))
    const { games, report } = await readGames(folder)
    expect(games.length).toBeLessThan(8)
    expect(report.skippedByKind.get('zip bomb')).toBe(8 - games.length)
  })

  it('reads a file cut off at any byte as a game, or skips it', async () => {
    const whole = new TextEncoder().encode('(;GM[1]CA[UTF-8]SZ[9]PB[古力]AB[aa:ba];W[cc];B[dd]C[a\\]b](;W[ee])(;W[]))')
    for (let length = 0; length < whole.length; length++) await write(`${length}.sgf`, whole.subarray(0, length))
    const report = new ReadingReport()
    await expect(readGames(folder, { report })).rejects.toThrow(GameCollectionError)
    expect(report).toMatchObject({ files: whole.length, skipped: whole.length, games: 0 })
  })

  it('says what is missing', async () => {
    await expect(readGames(join(folder, 'absent'))).rejects.toThrow(/absent: expected a folder or file.*ENOENT/)
    await expect(readGames(folder)).rejects.toThrow(/at least one game.*no .sgf or .zip files/)
    await write('bad.sgf', '(;B[zz])')
    await expect(readGames(folder)).rejects.toThrow(/1 skipped; the first, bad.sgf: .*"zz"/)
  })

  it('stops where it is asked to, and takes only what is accepted', async () => {
    for (const name of ['a', 'b', 'c']) await write(`${name}.sgf`, gameWith(`${name}a`))
    const controller = new AbortController()
    const found: FiledGame[] = []
    for await (const game of streamGames(folder, { signal: controller.signal })) {
      found.push(game)
      controller.abort()
    }
    expect(firstMoves(found)).toEqual([0])
    const { games } = await readGames(folder, { accept: (_, file) => file !== 'b.sgf' })
    expect(firstMoves(games)).toEqual([0, 2])
  })
})

describe('splitGames', { timeout: 30_000 }, () => {
  const names = Array.from({ length: 2000 }, (_, at) => `2006/${at}.sgf`)

  it('holds out the wanted share, by file, whatever the other files are', () => {
    const held = names.filter((file) => isHeldOut(file, { heldOut: 0.2, seed: 1 }))
    // 400 expected, standard deviation 18.
    expect(Math.abs(held.length - 400)).toBeLessThan(72)
    const other = names.filter((file) => isHeldOut(file, { heldOut: 0.2, seed: 2 }))
    expect(other).not.toEqual(held)
    const games = names.flatMap((file) => [{ file }, { file }]) as FiledGame[]
    const { train, heldOut } = splitGames(games, { heldOut: 0.2, seed: 1 })
    expect(heldOut.map(({ file }) => file)).toEqual(held.flatMap((file) => [file, file]))
    expect(train.length + heldOut.length).toBe(4000)
  })

  it('refuses what leaves one side empty', () => {
    expect(() => splitGames([{ file: 'a' }] as FiledGame[], { seed: 1 })).toThrow(/1 games|0 games/)
    expect(() => isHeldOut('a', { heldOut: 1, seed: 1 })).toThrow(GoError)
  })
})
