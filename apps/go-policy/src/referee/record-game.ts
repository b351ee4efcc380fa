// A game of a match as an SGF record.
import { formatSgfPoint, type WritableSgfNode, writeSgf } from '@deep-recipe/datasets/go'
import type { GameRecord } from './play-game.ts'

/** Who played on what. */
export interface RecordSettings {
  readonly size: number
  readonly komi: number
  readonly black: string
  readonly white: string
  /** `YYYY-MM-DD` */
  readonly date: string
}

/** The text of the record. */
export function recordGame({ moves, result }: GameRecord, settings: RecordSettings): string {
  const { size, komi, black, white, date } = settings
  const properties = { GM: '1', FF: '4', CA: 'UTF-8', SZ: String(size), KM: String(komi), RU: 'Chinese' }
  const names = { PB: black, PW: white, DT: date, RE: result }
  // From the last move backwards: each node is finished before the one that it follows.
  let children: WritableSgfNode[] = []
  for (let number = moves.length - 1; number >= 0; number--) {
    const point = formatSgfPoint(moves[number] as number, size)
    children = [{ properties: new Map([[number % 2 === 0 ? 'B' : 'W', [point]]]), children }]
  }
  const root = Object.entries({ ...properties, ...names }).map(([name, value]) => [name, [value]] as const)
  return writeSgf([{ properties: new Map(root), children }])
}
