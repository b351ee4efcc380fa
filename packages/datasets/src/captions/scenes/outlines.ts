// The outlines of shapes, by which they are drawn, and how much of one a nearer one covers.
import type { PlacedObject, Shape } from './objects.ts'

/** Whether a point is inside a shape of radius 1 around the origin; v points downwards. */
export const outlines: { readonly [shape in Shape]: (u: number, v: number) => boolean } = {
  circle: (u, v) => u * u + v * v <= 0.88,
  square: (u, v) => Math.max(Math.abs(u), Math.abs(v)) <= 0.74,
  triangle: (u, v) => v <= 0.6 && Math.abs(u) <= (v + 0.95) * 0.6,
  star: (u, v) => Math.hypot(u, v) <= starRadius(Math.atan2(u, -v)),
  cross: (u, v) => Math.max(Math.abs(u), Math.abs(v)) <= 0.92 && Math.min(Math.abs(u), Math.abs(v)) <= 0.27,
}

/** Distance of the edge of a five-pointed star, one point upwards, in a direction. */
function starRadius(angle: number): number {
  const sector = Math.PI / 5
  const within = Math.abs((((angle % (2 * sector)) + 3 * sector) % (2 * sector)) - sector) // 0 between two points, `sector` at a point
  const [inner, outer] = [0.4, 1]
  // The straight edge from the notch (inner, at 0) to the point (outer, at `sector`), in polar coordinates.
  return (inner * outer * Math.sin(sector)) / (outer * Math.sin(sector - within) + inner * Math.sin(within))
}

/** How much of an object another one, nearer, covers. */
export interface Cover {
  /** Share of its own area, 0 to 1. */
  readonly ofBack: number
  /** The same area as a share of the smaller of the two. */
  readonly ofSmaller: number
}

/** What `front` covers of `back`, by their outlines as they are before the small turn with which they are drawn. */
export function measureCover(front: PlacedObject, back: PlacedObject): Cover {
  const inside = pointsInside(back.shape)
  const isCovered = outlines[front.shape]
  const covered = inside.filter(([u, v]) =>
    isCovered((back.x + u * back.radius - front.x) / front.radius, (back.y + v * back.radius - front.y) / front.radius),
  )
  const ofBack = covered.length / inside.length
  return { ofBack, ofSmaller: (ofBack * areaOf(back)) / Math.min(areaOf(front), areaOf(back)) }
}

/** In squares of the picture's side. */
function areaOf({ shape, radius }: PlacedObject): number {
  return pointsInside(shape).length * (2 / grid) ** 2 * radius ** 2
}

/** Points along each side of the square around a shape. */
const grid = 24

const known = new Map<Shape, readonly (readonly [u: number, v: number])[]>()

/** Those of the grid that lie inside the outline, in units of the radius. */
function pointsInside(shape: Shape): readonly (readonly [u: number, v: number])[] {
  const before = known.get(shape)
  if (before) return before
  const centres = Array.from({ length: grid }, (_, i) => (2 * i + 1) / grid - 1)
  const inside = centres.flatMap((v) => centres.map((u) => [u, v] as const)).filter(([u, v]) => outlines[shape](u, v))
  known.set(shape, inside)
  return inside
}
