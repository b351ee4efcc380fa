// The curve through a stroke's points, against the closed form for evenly spaced points.
import { describe, expect, it } from 'vitest'
import { parseStroke, traceStroke } from './pen-path.ts'

describe('parseStroke', () => {
  it('reads points and sharp turns', () => {
    expect(parseStroke('0.5,0 0.25,1!')).toEqual([
      { x: 0.5, y: 0, corner: false },
      { x: 0.25, y: 1, corner: true },
    ])
  })
})

describe('traceStroke', () => {
  it('passes through every point', () => {
    const points = parseStroke('0,0 1,0.5 0.2,0.9! 0.4,0.1 0.4,0.1 1,1')
    const { x, y } = traceStroke(points, 5)
    expect(x.length).toBe(5 * 5 + 1)
    points.forEach((point, at) => {
      expect(x[5 * at]).toBeCloseTo(point.x, 12)
      expect(y[5 * at]).toBeCloseTo(point.y, 12)
    })
    expect([...x, ...y].every(Number.isFinite)).toBe(true)
  })

  it('is the cubic (−1, 9, 9, −1) / 16 midway between evenly spaced points', () => {
    // The corners of a square: all distances 1, where centripetal and uniform Catmull–Rom agree.
    const { x, y } = traceStroke(parseStroke('0,0 1,0 1,1 0,1'), 2)
    expect(x[3]).toBeCloseTo((0 + 9 * 1 + 9 * 1 - 0) / 16, 12)
    expect(y[3]).toBeCloseTo((0 + 9 * 0 + 9 * 1 - 1) / 16, 12)
  })

  it('goes straight to and from a sharp turn between two points', () => {
    const { x, y } = traceStroke(parseStroke('0,0 1,0! 1,1'), 4)
    expect([...y.slice(0, 5)].every((value) => Math.abs(value) < 1e-12)).toBe(true)
    expect([...x.slice(4)].every((value) => Math.abs(value - 1) < 1e-12)).toBe(true)
  })
})
