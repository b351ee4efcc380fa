// Sentences about tickets by a grammar, with slots and intents, for training without a download. What a city or a date is for
// is said elsewhere in the sentence, before or after it, near or far: `arrive Taipei on November 2nd`, `leave Taipei on …`.
import { HostRandom } from '@deep-recipe/core-tensor'
import { checkAmount, checkCount, checkSeed } from '../../options.ts'
import type { TaggedSentence } from '../read/read-iob.ts'

/** How to generate sentences about tickets. */
export interface GenerateTicketsOptions {
  readonly count: number
  readonly seed: number
  /**
   * Share of the cities and airlines that are made up from parts of names, such as `northbury` and `skyways`; passengers always
   * are. No training set of moderate size holds them all: what such a word is can be told from its letters. Default 0.2.
   */
  readonly madeUp?: number
}

const cities =
  lines(`taipei|tokyo|boston|denver|paris|seattle|london|vienna|madrid|sydney|cairo|oslo|dallas|atlanta|miami
  |new york|san francisco|los angeles|hong kong|salt lake city|kuala lumpur|new delhi|rio de janeiro`)
const cityBeginnings =
  words(`north south west east king queen spring ash oak river stone green lake high red silver mill bridge
  clear fair glen marsh wood maple thorn cross`)
const cityEndings = words('bury ford ville ton field port burgh wick stead mouth haven dale bridge minster cliff shore')
const airlineBeginnings = words('sky star sun cloud euro trans pan aero inter globe north pacific')
const airlineEndings = words('jet air lines ways wings fly')
const nameBeginnings = words(
  'ander peter jack wil robert john nil hen gustaf ol karl eriks david hanni matthew steven thom',
)
const nameEndings = words('son sen sson ski mann berger')
const months = words('january february march april may june july august september october november december')
const days = words('monday tuesday wednesday thursday friday saturday sunday')
const parts = ['morning', 'afternoon', 'evening', 'night']
const airlines = lines('eva air|delta|lufthansa|united airlines|northwest|china airlines|condor|british airways')
const classes = lines('economy class|business class|first class')

const beginnings = lines(
  `||i would like to|i want to|i have to|please help me to|we plan to|is it possible to|my family and i will`,
)
const asides =
  lines(`if there still is a seat by the window|with my two little children|for the wedding of an old friend
  |which is what my boss told me last week|no matter how much it costs in the end|as the doctor recommended to all of us`)
const closings = lines('|||please|thank you|if possible|as cheap as possible')

/** Words with one tag of their own: a slot, or `O`. */
type Part = { readonly text: string; readonly slot?: string }
type Direction = 'arrive' | 'leave'

const cityVerbs: Readonly<Record<Direction, readonly string[]>> = {
  arrive: lines('arrive|arrive in|arrive at|get to|be in|land in|reach'),
  leave: lines('leave|depart from|start from|get out of|set off from|go away from'),
}
/** After their place: `taipei is where i want to arrive`. */
const placeVerbs: Readonly<Record<Direction, readonly string[]>> = {
  arrive: ['arrive', 'land', 'be'],
  leave: ['depart', 'start', 'take off'],
}
const citySlots = { arrive: 'destination', leave: 'departure_place' } as const
const timeSlots = { arrive: 'arrival_time', leave: 'departure_time' } as const

/**
 * Sentences with the slots destination, departure_place, arrival_time, departure_time, airline, class and passenger, and the intents
 * book_ticket, ask_price, ask_time and cancel_ticket.
 *
 * @returns the same sentences for the same seed.
 */
export function generateTickets(options: GenerateTicketsOptions): TaggedSentence[] {
  const { count, seed, madeUp = 0.2 } = options
  checkCount('generateTickets: count', count, 1)
  checkSeed('generateTickets: seed', seed)
  checkAmount('generateTickets: madeUp', madeUp, 0)
  const all = new HostRandom(seed)
  return Array.from({ length: count }, (_, number) => makeSentence(new Speaker(all.fork(number), madeUp)))
}

function makeSentence(speaker: Speaker): TaggedSentence {
  const makers = [moveSentence, moveSentence, moveSentence, routeSentence, priceSentence, timeSentence, cancelSentence]
  return speaker.pick(makers)(speaker)
}

/** `i want to arrive in taipei on november 2nd`: verb, city and time in several orders, so that what decides may come last. */
function moveSentence(speaker: Speaker): TaggedSentence {
  const direction: Direction = speaker.pick(['arrive', 'leave'])
  const city = speaker.city(citySlots[direction])
  const time = speaker.time(timeSlots[direction])
  const verb = plain(speaker.pick(cityVerbs[direction]))
  const begin = plain(speaker.pick(beginnings))
  const orders: readonly (() => Part[])[] = [
    () => [begin, verb, city, ...speaker.aside(), ...time],
    () => [begin, verb, city, ...speaker.aside(), ...time],
    () => [...time, plain(','), begin, verb, city],
    () => {
      const wish = plain(speaker.pick(['where i want to', 'the city where we will', 'where you should let me']))
      return [city, plain('is'), wish, plain(speaker.pick(placeVerbs[direction])), ...time]
    },
  ]
  return speaker.finish('book_ticket', [...speaker.pick(orders)(), ...speaker.company()])
}

/** Both ends of the way, each said by a preposition. */
function routeSentence(speaker: Speaker): TaggedSentence {
  const from = [plain('from'), speaker.city('departure_place')]
  const to = [plain('to'), speaker.city('destination')]
  const ways = speaker.random.integer(2) === 0 ? [...from, ...to] : [...to, ...from]
  const time: Part[] = speaker.chance(0.5)
    ? [plain(speaker.pick(['leaving', 'departing'])), ...speaker.time('departure_time')]
    : [plain(speaker.pick(['arriving', 'landing'])), ...speaker.time('arrival_time')]
  const begin = speaker.pick(lines('book a flight|i need a ticket|a seat|get me a ticket|one way'))
  const body = speaker.chance(0.3) ? [...time, plain(begin), ...ways] : [plain(begin), ...ways, ...time]
  return speaker.finish('book_ticket', [...body, ...speaker.seat()])
}

function priceSentence(speaker: Speaker): TaggedSentence {
  const begin = speaker.pick(lines('how much is a ticket|what does it cost to fly|show me the fares|what is the price'))
  const body = [plain(begin), plain('from'), speaker.city('departure_place'), plain('to'), speaker.city('destination')]
  return speaker.finish('ask_price', [...body, ...speaker.seat(), ...speaker.company()])
}

function timeSentence(speaker: Speaker): TaggedSentence {
  const begin = speaker.pick(lines('when does the flight|at what time does the plane|can you tell me when we'))
  const direction: Direction = speaker.pick(['arrive', 'leave'])
  const city = speaker.city(citySlots[direction])
  return speaker.finish('ask_time', [
    plain(begin),
    plain(speaker.pick(cityVerbs[direction])),
    city,
    ...speaker.time(timeSlots[direction]),
  ])
}

function cancelSentence(speaker: Speaker): TaggedSentence {
  const begin = speaker.pick(lines('cancel my flight|please cancel the ticket|i cannot take the flight'))
  const direction: Direction = speaker.pick(['arrive', 'leave'])
  const preposition = direction === 'arrive' ? 'to' : 'from'
  const city = speaker.city(citySlots[direction])
  return speaker.finish('cancel_ticket', [
    plain(begin),
    plain(preposition),
    city,
    ...speaker.company(),
    plain(speaker.pick(direction === 'arrive' ? ['arriving'] : ['leaving'])),
    ...speaker.time(timeSlots[direction]),
  ])
}

/** Draws the parts of one sentence. */
class Speaker {
  readonly random: HostRandom
  readonly #madeUp: number

  constructor(random: HostRandom, madeUp: number) {
    this.random = random
    this.#madeUp = madeUp
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.random.integer(items.length)] as Item
  }

  chance(share: number): boolean {
    return this.random.uniform() < share
  }

  city(slot: string): Part {
    return { text: this.name(cities, cityBeginnings, cityEndings), slot }
  }

  time(slot: string): Part[] {
    const part = this.pick(parts)
    const kind = this.random.integer(5)
    if (kind < 2) return [plain('on'), { text: `${this.pick(months)} ${ordinal(1 + this.random.integer(28))}`, slot }]
    if (kind === 2) return [plain('on'), { text: this.pick(days), slot }]
    if (kind === 3) return [plain('on'), { text: `${this.pick(days)} ${part}`, slot }]
    return [plain('at'), { text: `${1 + this.random.integer(12)} ${this.pick(['am', 'pm'])}`, slot }]
  }

  aside(): Part[] {
    return this.chance(0.3) ? [plain(','), plain(this.pick(asides)), plain(',')] : []
  }

  /** `with skyjet`, `with petersson`: which of the two it is, the letters tell. */
  company(): Part[] {
    if (this.chance(0.6)) return []
    if (this.chance(0.5)) {
      const text = this.name(airlines, airlineBeginnings, airlineEndings)
      return [plain(this.pick(['with', 'with', 'on', 'by'])), { text, slot: 'airline' }]
    }
    const text = this.pick(nameBeginnings) + this.pick(nameEndings)
    return [plain(this.pick(['with', 'with', 'for'])), { text, slot: 'passenger' }]
  }

  /** A known name or a made-up one. */
  name(known: readonly string[], beginnings: readonly string[], endings: readonly string[]): string {
    return this.chance(this.#madeUp) ? this.pick(beginnings) + this.pick(endings) : this.pick(known)
  }

  seat(): Part[] {
    return this.chance(0.3) ? [plain('in'), { text: this.pick(classes), slot: 'class' }] : []
  }

  finish(intent: string, parts: readonly Part[]): TaggedSentence {
    const all = [...parts, plain(this.pick(closings))]
    const tagged = all.flatMap(({ text, slot }) =>
      words(text).map((word, at) => ({ word, tag: slot ? `${at === 0 ? 'B' : 'I'}-${slot}` : 'O' })),
    )
    return { words: tagged.map(({ word }) => word), tags: tagged.map(({ tag }) => tag), intent }
  }
}

function plain(text: string): Part {
  return { text }
}

/** 1 → 1st. */
function ordinal(number: number): string {
  const ending = number >= 11 && number <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th')
  return `${number}${ending}`
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

function lines(text: string): string[] {
  return text.split('|').map((line) => line.trim())
}
