// What makes two people's digits differ: slant, proportions, tremor, pen and pressure. One digit, one draw of each.
import type { HostRandom } from '@deep-recipe/core-tensor'
import { type ControlPoint, type Polyline, traceStroke } from './pen-path.ts'
import type { InkPieces } from './render.ts'

/** Straight pieces per pair of skeleton points: at 20 pixels height each is about a pixel long. */
const piecesPerSpan = 4

/** MNIST fits every digit into a box of this side, pixels, before centring it. */
const boxSide = 20

/** A digit ready to be rendered. */
export interface WrittenDigit {
  readonly ink: InkPieces
  /** Width of the soft edge, pixels. */
  readonly softness: number
}

/** Writes the strokes once, in a hand drawn from `random`, centred by mass in an image of `size` pixels. */
export function writeDigit(
  strokes: readonly (readonly ControlPoint[])[],
  random: HostRandom,
  size: number,
): WrittenDigit {
  const tremble = 0.014 + 0.034 * random.uniform()
  const paths = strokes.map((stroke) =>
    traceStroke(
      stroke.map((point, at) => displace(point, at, stroke.length, tremble, random)),
      piecesPerSpan,
    ),
  )
  bendPaths(paths, random)
  slantPaths(paths, random)
  const halfWidth = Math.min(2.1, Math.max(0.7, 1.3 * Math.exp(0.27 * random.normal())))
  fitPaths(paths, boxSide - 2 * halfWidth - 1.4 * random.uniform())
  const ink = inkPaths(paths, halfWidth, random)
  centreInk(ink, size, random)
  return { ink, softness: 1 + 0.7 * random.uniform() }
}

/** A point where this hand puts it; hands vary most where a stroke begins and ends. */
function displace(point: ControlPoint, at: number, count: number, tremble: number, random: HostRandom): ControlPoint {
  // The more points a stroke has, the more their separate tremors would crumple it.
  const inner = tremble * Math.min(1, 6 / count)
  const spread = at === 0 || at === count - 1 ? 1.7 * tremble : inner
  return { x: point.x + spread * random.normal(), y: point.y + spread * random.normal(), corner: point.corner }
}

/** Bends the plane by two long waves, so that circles become eggs and bars become bows. */
function bendPaths(paths: readonly Polyline[], random: HostRandom): void {
  for (let wave = 0; wave < 2; wave++) {
    const turn = 2 * Math.PI * random.uniform()
    const kx = Math.cos(turn) * (2.5 + 3 * random.uniform())
    const ky = Math.sin(turn) * (2.5 + 3 * random.uniform())
    const phase = 2 * Math.PI * random.uniform()
    const towardX = 0.06 * random.normal()
    const towardY = 0.045 * random.normal()
    transform(paths, (x, y) => {
      const height = Math.sin(kx * x + ky * y + phase)
      return [x + towardX * height, y + towardY * height]
    })
  }
}

/** Proportions, slant and rotation of the whole digit. */
function slantPaths(paths: readonly Polyline[], random: HostRandom): void {
  const stretch = Math.exp(0.22 * random.normal())
  const slant = 0.14 + 0.26 * random.normal()
  const turn = 0.13 * random.normal()
  const cosine = Math.cos(turn)
  const sine = Math.sin(turn)
  transform(paths, (x, y) => {
    // y runs down: a slant to the right moves the top, where y is small, to the right.
    const u = (x - 0.5) * stretch - slant * (y - 0.5)
    const v = y - 0.5
    return [cosine * u - sine * v, sine * u + cosine * v]
  })
}

/** Scales to a box of the given side, pixels, keeping the proportions. */
function fitPaths(paths: readonly Polyline[], side: number): void {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const { x, y } of paths) {
    for (let at = 0; at < x.length; at++) {
      left = Math.min(left, x[at] as number)
      right = Math.max(right, x[at] as number)
      top = Math.min(top, y[at] as number)
      bottom = Math.max(bottom, y[at] as number)
    }
  }
  const scale = side / Math.max(right - left, bottom - top)
  transform(paths, (x, y) => [(x - left) * scale, (y - top) * scale])
}

function transform(paths: readonly Polyline[], move: (x: number, y: number) => [number, number]): void {
  for (const { x, y } of paths) {
    for (let at = 0; at < x.length; at++) {
      const [u, v] = move(x[at] as number, y[at] as number)
      x[at] = u
      y[at] = v
    }
  }
}

/** Lays ink along the paths: pressure swells and fades, ends taper, and now and then the pen skips. */
function inkPaths(paths: readonly Polyline[], halfWidth: number, random: HostRandom): InkPieces {
  const most = paths.reduce((sum, { x }) => sum + x.length - 1, 0)
  const ends = new Float64Array(4 * most)
  const halfWidths = new Float64Array(most)
  const darkness = new Float64Array(most)
  const swell = 0.22 * random.uniform()
  const fade = random.uniform() < 0.25 ? 0.6 * random.uniform() : 0.1 * random.uniform()
  const taper = 0.5 * random.uniform()
  const dark = 1 + 0.4 * random.uniform()
  const skips = random.uniform() < 0.06
  let count = 0
  for (const { x, y } of paths) {
    const pieces = x.length - 1
    const waves = 2 + 5 * random.uniform()
    const phase = 2 * Math.PI * random.uniform()
    const skipAt = skips ? random.uniform() : -1
    for (let piece = 0; piece < pieces; piece++) {
      const along = (piece + 0.5) / pieces
      if (Math.abs(along - skipAt) < 0.04) continue
      const pressure = Math.sin(waves * along + phase)
      const edge = Math.min(1, Math.min(along, 1 - along) / 0.15)
      ends[4 * count] = x[piece] as number
      ends[4 * count + 1] = y[piece] as number
      ends[4 * count + 2] = x[piece + 1] as number
      ends[4 * count + 3] = y[piece + 1] as number
      halfWidths[count] = halfWidth * (1 + swell * pressure) * (1 - taper * (1 - edge))
      darkness[count] = dark * (1 - (fade * (1 - pressure)) / 2)
      count++
    }
  }
  return { ends, halfWidths, darkness, count }
}

/** Moves the centre of mass to the middle of the image, give or take half a pixel, as in MNIST. */
function centreInk(ink: InkPieces, size: number, random: HostRandom): void {
  const { ends, halfWidths, darkness, count } = ink
  let [mass, massX, massY] = [0, 0, 0]
  for (let piece = 0; piece < count; piece++) {
    const x = ((ends[4 * piece] as number) + (ends[4 * piece + 2] as number)) / 2
    const y = ((ends[4 * piece + 1] as number) + (ends[4 * piece + 3] as number)) / 2
    const length = Math.hypot(
      (ends[4 * piece + 2] as number) - (ends[4 * piece] as number),
      (ends[4 * piece + 3] as number) - (ends[4 * piece + 1] as number),
    )
    const weight = length * (halfWidths[piece] as number) * (darkness[piece] as number)
    mass += weight
    massX += weight * x
    massY += weight * y
  }
  const middle = (size - 1) / 2
  const moveX = middle - massX / mass + random.uniform() - 0.5
  const moveY = middle - massY / mass + random.uniform() - 0.5
  for (let at = 0; at < 4 * count; at += 2) {
    ends[at] = (ends[at] as number) + moveX
    ends[at + 1] = (ends[at + 1] as number) + moveY
  }
}
