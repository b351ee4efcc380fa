// The games to learn from and those that are held out: from a folder, or generated.
import { RecipeError } from '@deep-recipe/core-tensor'
import { type GoGame, generateGames, isHeldOut, ReadingReport, splitGames, streamGames } from '@deep-recipe/datasets/go'

/** Everything that is learned from and measured on. */
export interface GoData {
  /** For people: where the games are from. */
  readonly source: string
  readonly train: readonly GoGame[]
  /** Games of files of which nothing was trained on. */
  readonly heldOut: readonly GoGame[]
  /** What was read and what was passed over; undefined for generated games. */
  readonly reading: ReadingReport | undefined
}

/** What to load. */
export interface DataOptions {
  /** A folder with SGF files and zips of them; without it, games are generated. */
  readonly folder: string | undefined
  readonly size: number
  /** Games to use at most. */
  readonly games: number
  readonly signal: AbortSignal
  /** Told of files read, or games played. */
  readonly onProgress?: (done: number) => void
}

/** Which files are held out is one and the same for every run: networks of different seeds can be compared. */
const splitSeed = 1
/** Share of the files that are held out. */
const heldOutShare = 0.05
/** What lasts no longer was given up, or is no game. */
const fewestMoves = 10

/**
 * Loads or generates games, and divides them by file.
 *
 * @throws GameCollectionError where no game can be read; RecipeError where there are too few to hold some out.
 */
export async function loadData(options: DataOptions): Promise<GoData> {
  return options.folder === undefined ? generate(options) : readFolder(options.folder, options)
}

async function readFolder(folder: string, { size, games: most, signal, onProgress }: DataOptions): Promise<GoData> {
  const reading = new ReadingReport()
  const train: GoGame[] = []
  const heldOut: GoGame[] = []
  const stream = streamGames(folder, {
    size,
    minimumMoves: fewestMoves,
    signal,
    report: reading,
    onProgress: ({ files }) => onProgress?.(files),
  })
  for await (const { game, file } of stream) {
    const side = isHeldOut(file, { heldOut: heldOutShare, seed: splitSeed }) ? heldOut : train
    side.push(game)
    if (train.length + heldOut.length >= most) break
  }
  signal.throwIfAborted()
  if (train.length === 0 || heldOut.length === 0)
    failForLackOfGames(folder, size, train.length + heldOut.length, reading)
  return { source: `${train.length + heldOut.length} games in ${folder}`, train, heldOut, reading }
}

function failForLackOfGames(folder: string, size: number, count: number, reading: ReadingReport): never {
  const [example] = reading.examples
  const skipped = example ? `; ${reading.skipped} skipped, the first, ${example.file}: ${example.reason}` : ''
  throw new RecipeError({
    what: `The games in ${folder}`,
    expected: `SGF files of games on ${size} × ${size}, enough to hold out one in ${Math.round(1 / heldOutShare)}`,
    received: `${count} games${skipped}`,
    remedy: 'Give a folder with more files, or train with the size of their boards, --size.',
  })
}

/** Generated games are one and the same for every run: only the training depends on the run's seed. */
const gamesSeed = 1
/** Games between two looks at the signal and the bar. */
const portion = 20

async function generate({ size, games, signal, onProgress }: DataOptions): Promise<GoData> {
  const filed = []
  for (let first = 0; first < games; first += portion) {
    const count = Math.min(portion, games - first)
    for (const { game } of generateGames({ count, size, seed: gamesSeed + first })) {
      filed.push({ game, file: `generated/${filed.length + 1}` })
    }
    onProgress?.(filed.length)
    await new Promise((resolve) => setTimeout(resolve, 0))
    signal.throwIfAborted()
  }
  const { train, heldOut } = splitGames(filed, { heldOut: 0.1, seed: splitSeed })
  const plain = (side: typeof train): GoGame[] => side.map(({ game }) => game)
  return { source: `${games} generated games`, train: plain(train), heldOut: plain(heldOut), reading: undefined }
}
