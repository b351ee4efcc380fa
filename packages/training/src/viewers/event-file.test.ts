// Event files, byte by byte as TensorBoard's own writer makes them (fixtures/make_events.py).
import { expect, test } from 'vitest'
import { encodeEvent } from './event-file.ts'
import expected from './fixtures/events.json' with { type: 'json' }

const hexadecimal = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('the first record of a file', () => {
  expect(hexadecimal(encodeEvent({ time: 1700000000.25, step: 0, version: true }))).toBe(expected.version)
})

test('a run goes on', () => {
  expect(hexadecimal(encodeEvent({ time: 1700000000.25, step: 301, start: true }))).toBe(expected.start)
})

test('figures: zero, NaN, large numbers and steps, names in any script', () => {
  const figures = { loss: 0.5, accuracy: 0, 'Genauigkeit, größte': Number.NaN, norm: 3e38 }
  expect(hexadecimal(encodeEvent({ time: 1700000001.5, step: 5_000_000_000, figures }))).toBe(expected.figures)
})
