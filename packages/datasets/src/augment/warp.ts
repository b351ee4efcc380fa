// Moves the pixels of one image: an affine map about the centre and a displacement field, in a single resampling,
// because every resampling blurs.
import { type ImageBatch, sampleBilinear } from './images.ts'

/** What happens to one image, in this order: scale, shear, rotate, shift. */
export interface Motion {
  /** Pixels to the right. */
  readonly right: number
  /** Pixels downward. */
  readonly down: number
  /** Counter-clockwise. */
  readonly degrees: number
  /** Factor; 2 shows the image twice as large. */
  readonly scale: number
  /** Slant: a point one pixel above the centre moves this many pixels to the right. */
  readonly shear: number
}

/** Per pixel of the result, how far from its place in the image its value is taken, pixels. */
export interface DisplacementField {
  readonly x: Float32Array
  readonly y: Float32Array
}

/** Writes image number `image`, moved and displaced, to the same place in `result`. */
export function warpImage(
  images: ImageBatch,
  image: number,
  motion: Motion,
  field: DisplacementField | undefined,
  result: Float32Array,
): void {
  const { height, width } = images
  const centreX = (width - 1) / 2
  const centreY = (height - 1) / 2
  const { right, down, degrees, scale, shear } = motion
  const [cosine, sine] = cosineAndSine(degrees)
  // Forward, with y downward: p' = R S p s + t, where S = [1 −shear; 0 1] and R = [cos sin; −sin cos].
  // The value of a result pixel comes from p = S⁻¹ R⁻¹ (p' − t) / s.
  const inverseScale = 1 / scale
  let at = image * height * width
  let pixel = 0
  for (let row = 0; row < height; row++) {
    const v = row - centreY - down
    for (let column = 0; column < width; column++) {
      const u = column - centreX - right
      const unrotatedX = cosine * u - sine * v
      const unrotatedY = sine * u + cosine * v
      let x = centreX + (unrotatedX + shear * unrotatedY) * inverseScale
      let y = centreY + unrotatedY * inverseScale
      if (field) {
        x += field.x[pixel] as number
        y += field.y[pixel] as number
      }
      result[at++] = sampleBilinear(images, image, x, y)
      pixel++
    }
  }
}

/** Exact at multiples of 90°, where rounding would otherwise blur what is a mere exchange of pixels. */
function cosineAndSine(degrees: number): [number, number] {
  const quarters = degrees / 90
  if (Number.isInteger(quarters)) {
    const turn = ((quarters % 4) + 4) % 4
    return [[1, 0, -1, 0][turn] as number, [0, 1, 0, -1][turn] as number]
  }
  const angle = (degrees * Math.PI) / 180
  return [Math.cos(angle), Math.sin(angle)]
}
