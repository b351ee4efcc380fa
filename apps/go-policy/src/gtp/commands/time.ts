// The clock. A move of the network takes a small part of a second; what the clocks decide is how much is played out at random
// to see what is settled.
import type { Colour } from '@deep-recipe/datasets/go'
import { readColour, readWhole } from '../arguments.ts'
import { GtpFailure } from '../protocol.ts'
import type { Session } from '../session.ts'
import type { CommandTable } from './table.ts'

export const timeCommands: CommandTable = {
  time_settings: (session, [main, byoYomi, stones]) => {
    setTime(session, readDuration(main), readDuration(byoYomi), readDuration(stones))
    return undefined
  },
  time_left: (session, [colour, seconds, stones]) => {
    session.clocks.set(readColour(colour), { seconds: readWhole(seconds), stones: readDuration(stones) })
    return undefined
  },
  // Of KGS: the same with its names for the systems of time.
  'kgs-time_settings': (session, [system, ...words]) => {
    const [main, byoYomi, stones] = words
    if (system === 'none') session.timeSettings = undefined
    else if (system === 'absolute') setTime(session, readDuration(main), 0, 0)
    else if (system === 'canadian') setTime(session, readDuration(main), readDuration(byoYomi), readDuration(stones))
    else if (system === 'byoyomi') {
      readDuration(stones) // how many periods: each is for one stone
      setTime(session, readDuration(main), readDuration(byoYomi), 1)
    } else throw new GtpFailure('syntax error')
    return undefined
  },
}

function readDuration(word: string | undefined): number {
  const value = readWhole(word)
  if (value < 0) throw new GtpFailure('syntax error')
  return value
}

function setTime(session: Session, main: number, byoYomi: number, byoYomiStones: number): void {
  session.timeSettings = { main, byoYomi, byoYomiStones }
  session.clocks.clear()
}

/** Seconds that a move of a colour may take: those on its clock for each stone that is due, or for the next twenty moves. */
export function secondsFor({ timeSettings, clocks }: Session, colour: Colour): number {
  // A period of byo-yomi in which no stone is due: the protocol's way to say that time does not count.
  if (!timeSettings || (timeSettings.byoYomi > 0 && timeSettings.byoYomiStones === 0)) return Number.POSITIVE_INFINITY
  const clock = clocks.get(colour)
  if (clock && clock.stones > 0) return clock.seconds / clock.stones
  const main = (clock?.seconds ?? timeSettings.main) / 20
  return timeSettings.byoYomiStones > 0 ? Math.max(main, timeSettings.byoYomi / timeSettings.byoYomiStones) : main
}
