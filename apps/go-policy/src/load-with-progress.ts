// Loading games while somebody watches.
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
  const progress = terminal.startProgress({
    title: folder === undefined ? 'Playing games' : 'Reading games',
    total: games,
  })
  try {
    return await loadData({ folder, size, games, signal, onProgress: (done) => progress.update(done) })
  } finally {
    progress.finish()
  }
}
