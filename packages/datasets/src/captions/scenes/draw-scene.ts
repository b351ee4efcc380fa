// Draws a scene: objects with soft edges, a texture and uneven light on an uneven background, under noise.
import type { HostRandom } from '@deep-recipe/core-tensor'
import type { Colour, PlacedObject } from './objects.ts'
import { outlines } from './outlines.ts'

/** Red, green and blue, 0 to 1. */
type Rgb = readonly [red: number, green: number, blue: number]

const paints: { readonly [colour in Colour]: Rgb } = {
  red: [0.85, 0.15, 0.12],
  green: [0.15, 0.65, 0.2],
  blue: [0.15, 0.3, 0.85],
  yellow: [0.92, 0.82, 0.15],
  purple: [0.58, 0.2, 0.68],
  white: [0.95, 0.95, 0.95],
}

/** Light and dark on a surface, as a factor near 1. */
type Texture = (u: number, v: number) => number

/** Samples per pixel and direction along edges. */
const samples = 3

/** Where and how to draw. */
export interface Canvas {
  /** Bytes: red, then green, then blue. */
  readonly pixels: Uint8Array
  /** Where the picture begins in them; it takes 3 · size · size. */
  readonly offset: number
  readonly size: number
  /** Largest deviation of a pixel by noise, 0 to 1. */
  readonly noise: number
  /** Number of the picture in a clip: only the noise depends on it. Default 0. */
  readonly frame?: number
}

/**
 * Draws objects, later ones over earlier ones. The ground and the surface of each object, by its position in the list,
 * depend on the random stream alone, so that frames of a clip go together; an object may be out of sight.
 */
export function drawScene(
  objects: readonly (PlacedObject | undefined)[],
  random: HostRandom,
  { pixels, offset, size, noise, frame = 0 }: Canvas,
): void {
  const area = size * size
  const canvas = new Float32Array(3 * area)
  paintBackground(canvas, size, random.fork(0))
  objects.forEach((object, position) => {
    if (object) paintObject(canvas, size, object, random.fork(1 + position))
  })
  // Noise needs many numbers and little of them: a shift register (Marsaglia, 2003), ten bits for each channel.
  let word = random.fork(-1 - frame).bits() | 1
  for (let pixel = 0; pixel < area; pixel++) {
    word ^= word << 13
    word ^= word >>> 17
    word ^= word << 5
    for (let channel = 0; channel < 3; channel++) {
      const shake = ((word >>> (10 * channel)) & 1023) / 511.5 - 1
      const value = (canvas[channel * area + pixel] as number) + noise * shake
      pixels[offset + channel * area + pixel] = Math.round(255 * Math.min(1, Math.max(0, value)))
    }
  }
}

/** A dull ground, lighter to one side and with faint waves. */
function paintBackground(canvas: Float32Array, size: number, random: HostRandom): void {
  const base = 0.25 + 0.25 * random.uniform()
  const tint = [0, 0, 0].map(() => 0.12 * (random.uniform() - 0.5)) as unknown as Rgb
  const light = makeLight(random, 0.1)
  const waves = makeStripes(random, 0.04, 3)
  for (let row = 0; row < size; row++) {
    const v = (2 * (row + 0.5)) / size - 1
    for (let column = 0; column < size; column++) {
      const u = (2 * (column + 0.5)) / size - 1
      const shade = base * light(u, v) * waves(u, v)
      for (let channel = 0; channel < 3; channel++) {
        canvas[channel * size * size + row * size + column] = shade + (tint[channel] as number)
      }
    }
  }
}

/** How far the shadow of an object reaches beyond its outline, in sides of the picture, and how much light it takes. */
const shadow = { reach: 0.035, strength: 0.5 }

/** An object on top of all that is painted already, and around it the shadow that it casts there: so it is seen which lies on top. */
function paintObject(canvas: Float32Array, size: number, object: PlacedObject, random: HostRandom): void {
  const { x, y, radius, shape, colour } = object
  const brightness = 0.9 + 0.2 * random.uniform()
  const paint = paints[colour].map((level) => level * brightness + 0.08 * (random.uniform() - 0.5)) as unknown as Rgb
  const texture = drawTexture(random)
  const angle = 0.3 * (random.uniform() - 0.5)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const isInside = outlines[shape]
  const reach = radius + shadow.reach
  const inner = radius / reach
  const first = (centre: number): number => Math.max(0, Math.floor((centre - reach) * size))
  const last = (centre: number): number => Math.min(size - 1, Math.ceil((centre + reach) * size))
  for (let row = first(y); row <= last(y); row++) {
    for (let column = first(x); column <= last(x); column++) {
      let hits = 0
      let shaded = 0
      for (let sample = 0; sample < samples * samples; sample++) {
        const du = ((column + ((sample % samples) + 0.5) / samples) / size - x) / radius
        const dv = ((row + (Math.floor(sample / samples) + 0.5) / samples) / size - y) / radius
        const [u, v] = [cos * du + sin * dv, cos * dv - sin * du]
        if (isInside(u, v)) hits++
        else if (isInside(inner * u, inner * v)) shaded++
      }
      if (hits + shaded === 0) continue
      const opacity = hits / (samples * samples)
      const ground = 1 - opacity - (shadow.strength * shaded) / (samples * samples)
      const shade = texture(((column + 0.5) / size - x) / radius, ((row + 0.5) / size - y) / radius)
      for (let channel = 0; channel < 3; channel++) {
        const place = channel * size * size + row * size + column
        canvas[place] = ground * (canvas[place] as number) + opacity * shade * (paint[channel] as number)
      }
    }
  }
}

/** Plain, lit from one side, or striped. */
function drawTexture(random: HostRandom): Texture {
  const which = random.integer(3)
  if (which === 0) return () => 1
  return which === 1 ? makeLight(random, 0.15) : makeStripes(random, 0.12, 6)
}

function makeLight(random: HostRandom, strength: number): Texture {
  const angle = 2 * Math.PI * random.uniform()
  const [a, b] = [strength * Math.cos(angle), strength * Math.sin(angle)]
  return (u, v) => 1 + a * u + b * v
}

function makeStripes(random: HostRandom, strength: number, frequency: number): Texture {
  const angle = 2 * Math.PI * random.uniform()
  const phase = 2 * Math.PI * random.uniform()
  const [a, b] = [frequency * Math.cos(angle), frequency * Math.sin(angle)]
  return (u, v) => 1 + strength * Math.sin(a * u + b * v + phase)
}
