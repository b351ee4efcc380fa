// Elastic distortion: its field against a direct two-dimensional convolution of the same draws.
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import { distortImages, drawElasticField } from './elastic.ts'

describe('drawElasticField', () => {
  it('is α times the Gaussian convolution of uniform draws', () => {
    const [height, width, strength, smoothness] = [6, 9, 5, 1.3]
    const field = drawElasticField({ strength, smoothness }, height, width, new HostRandom(3))
    const random = new HostRandom(3)
    const noise = Array.from({ length: 2 }, () =>
      Array.from({ length: height * width }, () => 2 * random.uniform() - 1),
    )
    const weight = (distance: number): number => Math.exp(-(distance ** 2) / (2 * smoothness ** 2))
    let total = 0
    for (let dy = -4; dy <= 4; dy++) for (let dx = -4; dx <= 4; dx++) total += weight(dy) * weight(dx)
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (const [axis, values] of [field.x, field.y].entries()) {
          let sum = 0
          for (let y = Math.max(0, row - 4); y <= Math.min(height - 1, row + 4); y++) {
            for (let x = Math.max(0, column - 4); x <= Math.min(width - 1, column + 4); x++) {
              sum +=
                (weight(y - row) * weight(x - column) * ((noise[axis] as number[])[y * width + x] as number)) / total
            }
          }
          expect(values[row * width + column]).toBeCloseTo(strength * sum, 5)
        }
      }
    }
  })

  it('has the standard deviation of smoothed white noise, α · √⅓ / (2σ√π), away from the border', () => {
    const field = drawElasticField({ strength: 34, smoothness: 4 }, 200, 200, new HostRandom(1))
    let [sum, count] = [0, 0]
    for (let row = 20; row < 180; row++) {
      for (let column = 20; column < 180; column++) {
        sum += (field.x[200 * row + column] as number) ** 2
        count++
      }
    }
    const expected = (34 * Math.sqrt(1 / 3)) / (2 * 4 * Math.sqrt(Math.PI))
    expect(Math.sqrt(sum / count) / expected).toBeGreaterThan(0.85)
    expect(Math.sqrt(sum / count) / expected).toBeLessThan(1.15)
  })
})

describe('distortImages', () => {
  const picture = ndarray(
    Float32Array.from({ length: 2 * 28 * 28 }, (_, at) => ((at % 28) + Math.floor(at / 28)) % 5),
    [2, 28, 28],
  )

  it('leaves images alone at strength 0 and changes them differently above it', () => {
    expect(distortImages(picture, { strength: 0, smoothness: 4, seed: 1 })).toEqual(picture)
    const distorted = distortImages(picture, { strength: 34, smoothness: 4, seed: 1 })
    expect(distorted.shape).toEqual([2, 28, 28])
    expect(distorted.data).not.toEqual(picture.data)
    expect(distorted).toEqual(distortImages(picture, { strength: 34, smoothness: 4, seed: 1 }))
    expect(distorted).not.toEqual(distortImages(picture, { strength: 34, smoothness: 4, seed: 2 }))
    // Interpolation cannot leave the range of the picture.
    expect(Math.max(...distorted.data)).toBeLessThanOrEqual(4)
    expect(Math.min(...distorted.data)).toBeGreaterThanOrEqual(0)
  })

  it('refuses parameters out of range', () => {
    expect(() => distortImages(picture, { strength: -1, smoothness: 4, seed: 1 })).toThrow(/strength/)
    expect(() => distortImages(picture, { strength: 1, smoothness: 0, seed: 1 })).toThrow(
      /smoothness: expected a number above 0/,
    )
  })
})
