// The digits that the panel trains on and tests with: generated while the page watches, a few at a time.
import { type HostArray, HostRandom } from '@deep-recipe/core-tensor'
import { generateDigits } from '@deep-recipe/datasets'
import type { DigitBatch } from './network.ts'

/** Images and labels, with the way to take some of them. */
export class DigitSet {
  readonly images: Float32Array<ArrayBuffer>
  readonly labels: Int32Array<ArrayBuffer>

  constructor(count: number, seed: number) {
    const { images, labels } = generateDigits({ count, seed })
    this.images = Float32Array.from(images.data)
    this.labels = Int32Array.from(labels.data)
  }

  get count(): number {
    return this.labels.length
  }

  /** The examples at these places. */
  take(places: ArrayLike<number>): DigitBatch {
    const size = 28 * 28
    const images = new Float32Array(places.length * size)
    const labels = Int32Array.from(places, (place) => this.labels[place] ?? 0)
    Array.from(places).forEach((place, row) => {
      images.set(this.images.subarray(place * size, (place + 1) * size), row * size)
    })
    return {
      images: { shape: [places.length, 28, 28], dtype: 'float32', data: images },
      labels: { shape: [places.length], dtype: 'int32', data: labels },
    }
  }

  /** All of them, or the first few. */
  first(count = this.count): DigitBatch {
    return this.take(Array.from({ length: count }, (_, place) => place))
  }
}

/** The same images with Gaussian noise. */
export function addNoise({ images, labels }: DigitBatch, deviation: number, seed: number): DigitBatch {
  const random = new HostRandom(seed)
  const noisy: HostArray = {
    ...images,
    dtype: 'float32',
    data: Float32Array.from(images.data, (pixel) => pixel + deviation * random.normal()),
  }
  return { images: noisy, labels }
}
