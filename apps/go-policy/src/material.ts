// Which games are learned from, and which of the held-out ones are measured on.
import { HostRandom } from '@deep-recipe/core-tensor'
import { countPositions, type GoGame } from '@deep-recipe/datasets/go'
import type { GoData } from './data.ts'

/** The games of a run. */
export interface Material {
  readonly train: readonly GoGame[]
  /** Held-out games to measure on at the end. */
  readonly test: readonly GoGame[]
  /** Some of them, to measure on after each part of the training. */
  readonly curve: readonly GoGame[]
}

/** The choice of held-out games is the same for every run. */
const testSeed = 1
/** Positions that are measured on after each part. */
const curvePositions = 1500

/**
 * Chooses held-out games, whole ones, in a random order.
 *
 * @param testPositions how many positions they are to have; the last game may bring some more.
 */
export function prepare({ train, heldOut }: Pick<GoData, 'train' | 'heldOut'>, testPositions: number): Material {
  const order = new HostRandom(testSeed).permutation(heldOut.length)
  const mixed = Array.from(order, (game) => heldOut[game] as GoGame)
  const test = takePositions(mixed, testPositions)
  return { train, test, curve: takePositions(test, curvePositions) }
}

/** Games from the first on, until they have so many positions; all of them where they have fewer. */
export function takePositions(games: readonly GoGame[], positions: number): GoGame[] {
  const taken: GoGame[] = []
  let left = positions
  for (const game of games) {
    if (left <= 0) break
    taken.push(game)
    left -= countPositions(game)
  }
  return taken
}

/** Positions of games, those before passes left out. */
export function sumPositions(games: readonly GoGame[]): number {
  return games.reduce((sum, game) => sum + countPositions(game), 0)
}

/** How many positions there are, in a line. */
export function describeMaterial({ train, test }: Material): string {
  const say = (games: readonly GoGame[]): string => sumPositions(games).toLocaleString('en')
  return `${say(train)} positions to learn from, ${say(test)} of games that are held out`
}

/** What was passed over, in a line for each reason. */
export function describeSkipped({ reading }: Pick<GoData, 'reading'>): string[] {
  if (!reading || reading.skipped === 0) return []
  const kinds = [...reading.skippedByKind].map(([kind, count]) => `${count} × ${kind}`)
  const [example] = reading.examples
  return [
    `Passed over: ${kinds.join(', ')}`,
    ...(example ? [`The first of them, ${example.file}: ${example.reason}`] : []),
  ]
}
