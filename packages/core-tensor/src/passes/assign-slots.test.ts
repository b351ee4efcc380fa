// Slots for steps that know nothing of nodes: reuse, overwriting in place, donation.
import { expect, test } from 'vitest'
import { assignSlots, type BufferStep } from './assign-slots.ts'

/** Values are called by a letter and their size, e.g. `a100`. */
const bytes = (value: string): number => Number(value.slice(1))
const step = (writes: string, reads = ''): BufferStep<string> => ({
  writes: writes.split(' ').filter(Boolean),
  reads: reads.split(' ').filter(Boolean),
})

test('the smallest free slot that is large enough is taken', () => {
  const steps = [step('a100 b50 c80'), step('', 'a100 b50 c80'), step('d60'), step('', 'd60')]
  const { slots, slotOf } = assignSlots({ steps, outputs: [], bytes })
  expect(slotOf.get('d60')).toBe(slotOf.get('c80'))
  expect(slots.map((slot) => slot.bytes)).toEqual([100, 50, 80])
})

test('the largest of too small slots grows', () => {
  const steps = [step('a100 b50'), step('', 'a100 b50'), step('c120'), step('', 'c120')]
  const { slots, slotOf, peakBytes, totalBytes } = assignSlots({ steps, outputs: [], bytes })
  expect(slotOf.get('c120')).toBe(slotOf.get('a100'))
  expect(slots.map((slot) => slot.bytes)).toEqual([120, 50])
  expect([peakBytes, totalBytes]).toEqual([150, 170])
})

test('a small value does not occupy a large slot', () => {
  const steps = [step('a1000'), step('b4', 'a1000'), step('c4', 'b4'), step('d1000', 'c4'), step('', 'd1000')]
  const { totalBytes, slotOf } = assignSlots({ steps, outputs: [], bytes })
  expect(slotOf.get('d1000')).toBe(slotOf.get('a1000'))
  expect(totalBytes).toBe(1008)
})

test('kinds do not mix', () => {
  const steps = [step('a100'), step('', 'a100'), step('b100'), step('', 'b100')]
  expect(assignSlots({ steps, outputs: [], bytes }).slots).toHaveLength(1)
  expect(assignSlots({ steps, outputs: [], bytes, kind: (value) => value.charAt(0) }).slots).toHaveLength(2)
})

test('a result that nobody reads gives its slot back at once', () => {
  const steps = [step('a100 b100'), step('c100', 'a100')]
  const { slotOf } = assignSlots({ steps, outputs: [], bytes })
  expect(slotOf.get('c100')).toBe(slotOf.get('b100'))
})

test('a donated value that is read again later gives nothing', () => {
  const steps = [step('y8', 'x8'), step('z8', 'x8')]
  const { slotOf, slots } = assignSlots({ steps, outputs: ['y8', 'z8'], donated: ['x8'], bytes })
  expect(slots.map(({ role }) => role)).toEqual(['donated', 'output', 'output'])
  expect(slotOf.get('y8')).not.toBe(slotOf.get('x8'))
})

test('twenty thousand steps take no time to speak of', () => {
  const steps = Array.from({ length: 20_000 }, (_, i) => step(`v${i + 1}`, i > 2 ? `v${i} v${i - 2}` : ''))
  const start = performance.now()
  const plan = assignSlots({ steps, outputs: [], bytes })
  expect(performance.now() - start).toBeLessThan(1000)
  expect(plan.slots.length).toBeLessThan(20)
})
