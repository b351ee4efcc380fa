// How fast games become training data, on one thread: reading records, replaying, input planes, whole batches, generated games.
import {
  alphaGoPlanes,
  clarkStorkeyPlanes,
  type Feature,
  type FiledGame,
  generateGames,
  positionSource,
  readGames,
  replay,
  signedPlanes,
  streamGames,
  streamPositions,
} from '../../packages/datasets/src/go/index.ts'

/** Time that the process has computed, all its threads together: what a quiet core would take at most. */
function readSeconds(): { readonly wall: number; readonly busy: number } {
  const { user, system } = process.cpuUsage()
  return { wall: performance.now() / 1e3, busy: (user + system) / 1e6 }
}

async function measure(name: string, unit: string, work: () => number | Promise<number>): Promise<void> {
  const before = readSeconds()
  const done = await work()
  const after = readSeconds()
  const wall = after.wall - before.wall
  const busy = after.busy - before.busy
  const rate = (seconds: number): string => Math.round(done / seconds).toLocaleString('en')
  console.log(
    `${name}: ${rate(wall)} ${unit} a second (${rate(busy)} a second of processor time; ${done} in ${wall.toFixed(1)} s)`,
  )
}

const [folder, limitText = '40000'] = process.argv.slice(2)
const limit = Number(limitText)
const generated = (): FiledGame[] => generateGames({ count: 60, size: 19, seed: 1 })

let games: readonly FiledGame[] = []
if (folder) {
  await measure('records read and checked by the rules', 'moves', async () => {
    const library = await readGames(folder, { size: 19 })
    games = library.games
    return library.report.moves
  })
} else games = generated()

await measure('replay', 'moves', () => games.reduce((sum, { game }) => sum + replay(game).moveNumber, 0))

async function measureBatches(name: string, features: readonly Feature[]): Promise<void> {
  const source = positionSource(games, {
    features,
    batchSize: 64,
    seed: 1,
    batchesPerEpoch: Math.ceil(limit / 64),
    reuseInputs: true,
  })
  await measure(`batches of ${name}, drawn at random`, 'positions', () => {
    let count = 0
    for (const batch of source.epoch(0, 0)) count += batch.count
    return count
  })
}

await measureBatches('1 signed plane', signedPlanes)
await measureBatches('7 planes (Clark and Storkey)', clarkStorkeyPlanes)
for (let round = 0; round < 3; round++) await measureBatches('48 planes (AlphaGo)', alphaGoPlanes)

await measure('from records to batches of 48 planes, in the memory of a window', 'positions', async () => {
  let count = 0
  const stream = folder ? streamGames(folder, { size: 19 }) : generated()
  for await (const batch of streamPositions(stream, {
    size: 19,
    features: alphaGoPlanes,
    batchSize: 64,
    seed: 1,
    reuseInputs: true,
  })) {
    count += batch.count
    if (count >= 4 * limit) break
  }
  return count
})
console.log(`memory at the end: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`)
await measure(
  'games of the simple player on 9 × 9',
  'games',
  () => generateGames({ count: 300, size: 9, seed: 1 }).length,
)
