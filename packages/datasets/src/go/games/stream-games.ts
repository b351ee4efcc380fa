// Games out of records: parsed, checked by the rules, the bad ones counted and passed over.
import { RecipeError } from '@deep-recipe/core-tensor'
import { checkCount } from '../../options.ts'
import { GameCollectionError } from '../errors.ts'
import { parseSgf } from '../sgf/parse-sgf.ts'
import { readGame } from '../sgf/read-game.ts'
import type { GoGame } from './game.ts'
import type { SkippedRecord } from './raw-record.ts'
import { findRecords } from './records.ts'
import { isMove } from './steps.ts'

export type { SkippedRecord } from './raw-record.ts'

/** A game and the file it came from. */
export interface FiledGame {
  readonly game: GoGame
  /** Path below the place that was named, e.g. `2006/05/3.sgf`; inside a zip `games.zip/3.sgf`. */
  readonly file: string
}

/** What has been read so far, and what has been passed over. */
export class ReadingReport {
  files = 0
  games = 0
  moves = 0
  skipped = 0
  /** How many were skipped for which kind of reason. */
  readonly skippedByKind: Map<string, number> = new Map()
  /** The first twenty skipped records, with the whole story. */
  readonly examples: SkippedRecord[] = []

  /** Counts a record or game that is passed over. */
  skip(record: SkippedRecord): void {
    this.skipped++
    this.skippedByKind.set(record.kind, (this.skippedByKind.get(record.kind) ?? 0) + 1)
    if (this.examples.length < 20) this.examples.push({ ...record, reason: record.reason.slice(0, 300) })
  }
}

/** How to read games. */
export interface ReadGamesOptions {
  /** Only boards of this size; others count as skipped. */
  readonly size?: number | undefined
  /** Skip games with fewer moves; default 1. */
  readonly minimumMoves?: number | undefined
  /** Skip games that this refuses. */
  readonly accept?: ((game: GoGame, file: string) => boolean) | undefined
  /** Records of more bytes are skipped; default 32 MiB. */
  readonly maximumBytes?: number | undefined
  /** Stops reading when aborted: what has been read is kept. */
  readonly signal?: AbortSignal | undefined
  /** Called after each file. */
  readonly onProgress?: ((report: ReadingReport) => void) | undefined
  /** Filled as the reading goes on. */
  readonly report?: ReadingReport | undefined
}

/**
 * The games below some places, one after the other, in the memory of one file: folders with their folders, `.sgf` files,
 * zips. Bad records never end the reading: `report` counts them and says why.
 *
 * @throws GameCollectionError for a place that does not exist.
 */
export async function* streamGames(
  places: string | readonly string[],
  options: ReadGamesOptions = {},
): AsyncGenerator<FiledGame> {
  const { maximumBytes = 32 * 2 ** 20, report = new ReadingReport(), signal, onProgress } = options
  checkCount('streamGames: maximumBytes', maximumBytes, 1)
  for await (const record of findRecords(typeof places === 'string' ? [places] : places, { maximumBytes })) {
    report.files++
    if ('bytes' in record) yield* readRecord(record.file, record.bytes, options, report)
    else report.skip(record)
    onProgress?.(report)
    if (signal?.aborted) return
  }
}

/** Games in memory. */
export interface GameLibrary {
  readonly games: readonly FiledGame[]
  readonly report: ReadingReport
}

/**
 * Reads all games below some places. A move takes two bytes, so a hundred thousand games fit easily.
 *
 * @throws GameCollectionError for a place that does not exist, and where no game at all could be read.
 */
export async function readGames(
  places: string | readonly string[],
  options: ReadGamesOptions = {},
): Promise<GameLibrary> {
  const report = options.report ?? new ReadingReport()
  const games: FiledGame[] = []
  for await (const game of streamGames(places, { ...options, report })) games.push(game)
  if (games.length > 0 || options.signal?.aborted) return { games, report }
  const [example] = report.examples
  throw new GameCollectionError({
    what: [places].flat().join(', '),
    expected: 'at least one game of Go in SGF',
    received: example
      ? `${report.skipped} skipped; the first, ${example.file}: ${example.reason}`
      : 'no .sgf or .zip files',
    remedy: 'Give a folder with .sgf files, an .sgf file or a .zip of them.',
  })
}

function* readRecord(
  file: string,
  bytes: Uint8Array,
  options: ReadGamesOptions,
  report: ReadingReport,
): Generator<FiledGame> {
  const collection = attempt(() => parseSgf(bytes), file, report)
  for (const root of collection?.games ?? []) {
    const game = attempt(() => readGame(root, collection as NonNullable<typeof collection>), file, report)
    if (!game) continue
    const refusal = refuse(game, file, options)
    if (refusal !== undefined) {
      report.skip({ file, kind: refusal, reason: refusal })
      continue
    }
    report.games++
    report.moves += countMoves(game)
    yield { game, file }
  }
}

function refuse(game: GoGame, file: string, options: ReadGamesOptions): string | undefined {
  if (options.size !== undefined && game.size !== options.size) return `not ${options.size} × ${options.size}`
  const minimum = options.minimumMoves ?? 1
  if (countMoves(game) < minimum) return `fewer than ${minimum} moves`
  if (options.accept && !options.accept(game, file)) return 'not accepted'
  return undefined
}

function countMoves(game: GoGame): number {
  let moves = 0
  for (const step of game.steps) if (isMove(step)) moves++
  return moves
}

function attempt<Result>(action: () => Result, file: string, report: ReadingReport): Result | undefined {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error
    const kind = /^SGF/.test(error.message)
      ? 'malformed SGF'
      : error.message.startsWith('game')
        ? 'unusable game'
        : 'illegal move'
    report.skip({ file, kind, reason: error.message })
    return undefined
  }
}
