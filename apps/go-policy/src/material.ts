// The games as numbered positions, and which of the held-out ones are measured on.
import { choosePositions } from './batches.ts'
import type { GoData } from './data.ts'
import type { Settings } from './options.ts'
import { indexPositions, type PositionIndex } from './positions.ts'

/** Positions of the games, and which of the held-out ones are measured on. */
export interface Material {
  readonly train: PositionIndex
  readonly heldOut: PositionIndex
  /** Measured on at the end. */
  readonly test: readonly number[]
  /** Some of them, measured on after each part. */
  readonly curve: readonly number[]
}

/** The choice of held-out positions is the same for every run. */
const testSeed = 1
const curvePositions = 1500

/** Numbers the positions. */
export function prepare(data: Pick<GoData, 'train' | 'heldOut'>, settings: Settings): Material {
  const heldOut = indexPositions(data.heldOut, settings.size, settings.planes)
  const test = choosePositions(heldOut.length, settings.testPositions, testSeed)
  const every = Math.max(1, Math.ceil(test.length / curvePositions))
  return {
    train: indexPositions(data.train, settings.size, settings.planes),
    heldOut,
    test,
    curve: test.filter((_, index) => index % every === 0),
  }
}

/** How many positions there are, in a line. */
export function describeMaterial({ train, heldOut, test }: Material): string {
  const say = (count: number): string => count.toLocaleString('en')
  return `${say(train.length)} positions to learn from, ${say(heldOut.length)} held out, ${say(test.length)} of them to measure on`
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
