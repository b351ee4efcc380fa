// Generated sentences about tickets: well-formed tags, and slots that single words cannot decide.
import { describe, expect, test } from 'vitest'
import { DatasetError } from '../../errors.ts'
import { generateTickets } from './generate-tickets.ts'

const sentences = generateTickets({ count: 2000, seed: 1 })

describe('generateTickets', () => {
  test('a tag for each word; no slot begins inside; no word is empty', () => {
    for (const { words, tags } of sentences) {
      expect(tags.length).toBe(words.length)
      expect(words.every((word) => /^\S+$/.test(word))).toBe(true)
      tags.forEach((tag, at) => {
        if (tag.startsWith('I-')) expect(tags[at - 1]?.slice(2)).toBe(tag.slice(2))
      })
    }
  })

  test('all slots and intents occur', () => {
    const slots = new Set(sentences.flatMap(({ tags }) => tags.flatMap((tag) => (tag === 'O' ? [] : [tag.slice(2)]))))
    const names = ['airline', 'arrival_time', 'class', 'departure_place', 'departure_time', 'destination', 'passenger']
    expect([...slots].sort()).toEqual(names)
    const intents = new Set(sentences.map(({ intent }) => intent))
    expect([...intents].sort()).toEqual(['ask_price', 'ask_time', 'book_ticket', 'cancel_ticket'])
  })

  test('arrive Taipei and leave Taipei: a city and a date alone are as often the one as the other', () => {
    for (const [word, one, other] of [
      ['taipei', 'B-destination', 'B-departure_place'],
      ['november', 'B-arrival_time', 'B-departure_time'],
      ['2nd', 'I-arrival_time', 'I-departure_time'],
    ] as const) {
      const counts = { [one]: 0, [other]: 0 }
      for (const { words, tags } of sentences) {
        words.forEach((each, at) => {
          if (each === word) counts[tags[at] as string] = (counts[tags[at] as string] ?? 0) + 1
        })
      }
      expect(Object.keys(counts).sort()).toEqual([one, other].sort())
      expect((counts[one] as number) / (counts[other] as number)).toBeGreaterThan(0.5)
      expect((counts[one] as number) / (counts[other] as number)).toBeLessThan(2)
    }
  })

  test('what decides may lie far before the date, or after it', () => {
    const texts = sentences.map(({ words }) => words.join(' '))
    expect(texts.some((text) => /(leave|reach|be in|get to) \S+ , (\S+ ){7,}, (on|at) /.test(text))).toBe(true)
    expect(texts.some((text) => /^on \w+day , .*(arrive|get to|land)/.test(text))).toBe(true)
  })

  test('made-up cities, as many as wanted', () => {
    const share = (madeUp: number): number => {
      const words = generateTickets({ count: 500, seed: 3, madeUp }).flatMap((each) => each.words)
      return words.filter((word) => /^(ash|oak|king|north|queen)(bury|ford|ton|ville|port)$/.test(word)).length
    }
    expect(share(0)).toBe(0)
    expect(share(1)).toBeGreaterThan(3 * share(0.1))
  })

  test('what is with whom, only the letters tell: an airline or a passenger', () => {
    const after = sentences.flatMap(({ words, tags }) =>
      words.flatMap((word, at) => (word === 'with' ? [`${tags[at + 1]} ${words[at + 1]}`] : [])),
    )
    expect(after.filter((one) => one.startsWith('B-airline')).length).toBeGreaterThan(30)
    expect(after.filter((one) => /^B-passenger \w+(son|sen|ski|mann|berger)$/.test(one)).length).toBeGreaterThan(30)
    const training = new Set(sentences.slice(0, 1000).flatMap(({ words }) => words))
    const unseen = sentences.slice(1000).flatMap(({ words }) => words.filter((word) => !training.has(word)))
    expect(unseen.length).toBeGreaterThan(50)
  })

  test('the seed decides; options are checked', () => {
    expect(generateTickets({ count: 5, seed: 1 })).toEqual(sentences.slice(0, 5))
    expect(generateTickets({ count: 5, seed: 2 })).not.toEqual(sentences.slice(0, 5))
    expect(() => generateTickets({ count: 1.5, seed: 1 })).toThrow(DatasetError)
    expect(() => generateTickets({ count: 5, seed: 1, madeUp: -1 })).toThrow(DatasetError)
  })
})
