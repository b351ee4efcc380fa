// Index algebra against plain arithmetic on numbers.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addIndex,
  constantIndex,
  divideIndex,
  evaluateIndex,
  type Index,
  moduloIndex,
  scaleIndex,
  shiftIndex,
  substituteIndex,
  variableIndex,
} from './index-algebra.ts'

type Step = { operation: 'add' | 'shift' | 'scale' | 'divide' | 'modulo'; n: number }

const sizes: Readonly<Record<string, number>> = { x: 7, y: 4, z: 12 }
const variable = fc.constantFrom('x', 'y', 'z')
const step = fc.record({
  operation: fc.constantFrom<Step['operation']>('add', 'shift', 'scale', 'divide', 'modulo'),
  n: fc.integer({ min: 1, max: 12 }),
})

test('every simplification keeps the value, and the bounds hold', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(variable, fc.array(step, { maxLength: 5 })), { minLength: 1, maxLength: 4 }),
      (parts) => {
        const places = [0, 1, 2, 3, 6].map((n) => ({ x: n % 7, y: (n * 3) % 4, z: (n * 5) % 12 }))
        let index: Index = constantIndex(0)
        let values = places.map(() => 0)
        for (const [name, steps] of parts) {
          index = addIndex(index, variableIndex(name, sizes[name] as number))
          values = values.map((value, i) => value + ((places[i] as Record<string, number>)[name] as number))
          for (const { operation, n } of steps) {
            if (operation === 'add') {
              index = addIndex(index, index)
              values = values.map((value) => 2 * value)
            } else if (operation === 'shift') {
              index = shiftIndex(index, n - 6)
              values = values.map((value) => value + n - 6)
            } else if (operation === 'scale') {
              index = scaleIndex(index, n)
              values = values.map((value) => value * n)
            } else if (operation === 'divide') {
              index = divideIndex(index, n)
              values = values.map((value) => Math.floor(value / n))
            } else {
              index = moduloIndex(index, n)
              values = values.map((value) => value - n * Math.floor(value / n))
            }
          }
        }
        places.forEach((place, i) => {
          expect(evaluateIndex(index, place)).toBe(values[i])
          expect(index.min).toBeLessThanOrEqual(values[i] as number)
          expect(index.max).toBeGreaterThanOrEqual(values[i] as number)
        })
      },
    ),
    { numRuns: 2000 },
  )
})

test('splitting a flat index into axes and joining them again gives the flat index', () => {
  const flat = variableIndex('e', 2 * 3 * 5 * 7)
  const axes = [divideIndex(flat, 105), moduloIndex(divideIndex(flat, 35), 3), moduloIndex(divideIndex(flat, 7), 5)]
  const joined = [105, 35, 7].reduce(
    (sum, stride, axis) => addIndex(sum, scaleIndex(axes[axis] as Index, stride)),
    moduloIndex(flat, 7),
  )
  expect(joined.key).toBe('e')
})

test('a texture column and row are found again', () => {
  const texel = addIndex(scaleIndex(variableIndex('y', 50), 16), variableIndex('x', 16))
  expect(divideIndex(texel, 16).key).toBe('y')
  expect(moduloIndex(texel, 16).key).toBe('x')
  expect(divideIndex(shiftIndex(scaleIndex(variableIndex('y', 9), 2), 1), 4).key).toBe('(y/2)')
})

test('substitution simplifies anew', () => {
  const quotient = divideIndex(variableIndex('e', 64), 4)
  const lanes = addIndex(scaleIndex(variableIndex('t', 16), 4), variableIndex('lane', 4))
  expect(substituteIndex(quotient, new Map([['e', lanes]]), (expression) => expression).key).toBe('t')
})
