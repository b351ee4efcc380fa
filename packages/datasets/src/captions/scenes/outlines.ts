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

/** Points along each side of the square around an object, where it is asked what covers it. */
const points = 24

/** How much of an object another one, nearer, covers. */
export interface Cover {
  /** Share of its own area, 0 to 1. */
  readonly ofBack: number
  /** The same area as a share of the smaller of the two. */
  readonly ofSmaller: number
}

/** What `front` covers of `back`, by their outlines as they are before the small turn with which they are drawn. */
export function measureCover(front: PlacedObject, back: PlacedObject): Cover {
  let inside = 0
  let covered = 0
  for (let row = 0; row < points; row++) {
    for (let column = 0; column < points; column++) {
      const [u, v] = [(2 * column + 1) / points - 1, (2 * row + 1) / points - 1]
      if (!outlines[back.shape](u, v)) continue
      inside++
      const [du, dv] = [back.x + u * back.radius - front.x, back.y + v * back.radius - front.y]
      if (outlines[front.shape](du / front.radius, dv / front.radius)) covered++
    }
  }
  const ofBack = covered / inside
  const [frontArea, backArea] = [areaOf(front), areaOf(back)]
  return { ofBack, ofSmaller: (ofBack * backArea) / Math.min(frontArea, backArea) }
}

const areas = new Map<Shape, number>()

/** In squares of the picture's side. */
function areaOf({ shape, radius }: PlacedObject): number {
  let area = areas.get(shape)
  if (area === undefined) {
    let inside = 0
    for (let i = 0; i < points * points; i++) {
      const [u, v] = [(2 * (i % points) + 1) / points - 1, (2 * Math.floor(i / points) + 1) / points - 1]
      if (outlines[shape](u, v)) inside++
    }
    area = (4 * inside) / points ** 2
    areas.set(shape, area)
  }
  return area * radius ** 2
}
