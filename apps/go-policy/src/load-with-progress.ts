// Loading games while somebody watches.
import { opendir } from 'node:fs/promises'
import type { Terminal } from '@deep-recipe/training'
import { type GoData, loadData } from './data.ts'
import type { Settings } from './options.ts'

/** What to load from, and who watches. */
export interface Watched {
  /** A folder of games; undefined for generated ones. */
  readonly folder: string | undefined
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

/** Loads the data, with a bar. @throws as `loadData` */
export async function loadWithProgress({ folder, terminal, signal }: Watched, settings: Settings): Promise<GoData> {
  const { size, games } = settings
  const total = folder === undefined ? games : await countRecords(folder, games)
  const progress = terminal.startProgress({ title: folder === undefined ? 'Playing games' : 'Reading games', total })
  const onProgress = (done: number): void => progress.update(Math.min(done, total))
  try {
    return await loadData({ folder, size, games, signal, onProgress })
  } finally {
    progress.finish()
  }
}

/** About how many records there are to read, for the bar: a zip counts as one, and whoever reads it sees the bar wait. */
async function countRecords(folder: string, most: number): Promise<number> {
  let count = 0
  // A folder that cannot be read is told of by whoever reads the games.
  const entries = await opendir(folder, { recursive: true }).catch(() => undefined)
  try {
    for await (const { name } of entries ?? []) {
      if (/\.(sgf|zip)$/i.test(name) && ++count >= most) break
    }
  } catch {
    // a folder below it
  }
  return Math.max(1, count)
}
