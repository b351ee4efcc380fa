// From a skeleton's points to a pen path: a smooth curve through them, broken at the sharp turns.

/** A point of a stroke before smoothing. */
export interface ControlPoint {
  readonly x: number
  readonly y: number
  /** Whether the pen turns sharply here. */
  readonly corner: boolean
}

/** A chain of straight pieces: coordinates of its points, in order. */
export interface Polyline {
  readonly x: Float64Array
  readonly y: Float64Array
}

/** Reads `x,y x,y! …`, the notation of the skeletons. */
export function parseStroke(text: string): ControlPoint[] {
  return text.split(' ').map((point) => {
    const corner = point.endsWith('!')
    const [x, y] = (corner ? point.slice(0, -1) : point).split(',').map(Number)
    return { x: x as number, y: y as number, corner }
  })
}

/**
 * The centripetal Catmull–Rom curve through the points (Yuksel, Schaefer and Keyser, 2011: no loops or cusps between
 * close points), as `pieces` straight pieces per pair of points.
 */
export function traceStroke(points: readonly ControlPoint[], pieces: number): Polyline {
  const spans = points.length - 1
  const x = new Float64Array(spans * pieces + 1)
  const y = new Float64Array(spans * pieces + 1)
  for (let span = 0; span < spans; span++) {
    const start = points[span] as ControlPoint
    const end = points[span + 1] as ControlPoint
    // At the ends of a smooth run the missing neighbour is the mirror image of the other one.
    const before = start.corner ? undefined : points[span - 1]
    const after = end.corner ? undefined : points[span + 2]
    traceSpan(before ?? mirror(end, start), start, end, after ?? mirror(start, end), pieces, x, y, span * pieces)
  }
  const last = points[spans] as ControlPoint
  x[spans * pieces] = last.x
  y[spans * pieces] = last.y
  return { x, y }
}

function mirror(point: ControlPoint, centre: ControlPoint): ControlPoint {
  return { x: 2 * centre.x - point.x, y: 2 * centre.y - point.y, corner: false }
}

/** Barry and Goldman's pyramid for one span, knots t_{i+1} = t_i + |p_{i+1} − p_i|^½. */
function traceSpan(
  p0: ControlPoint,
  p1: ControlPoint,
  p2: ControlPoint,
  p3: ControlPoint,
  pieces: number,
  x: Float64Array,
  y: Float64Array,
  at: number,
): void {
  const t1 = knotDistance(p0, p1)
  const t2 = t1 + knotDistance(p1, p2)
  const t3 = t2 + knotDistance(p2, p3)
  for (let piece = 0; piece < pieces; piece++) {
    const t = t1 + ((t2 - t1) * piece) / pieces
    // Each point of the curve is a weighted mean of the four: weights by the pyramid.
    const a = (t1 - t) / t1
    const b = (t2 - t) / (t2 - t1)
    const c = (t3 - t) / (t3 - t2)
    const d = (t2 - t) / t2
    const e = (t3 - t) / (t3 - t1)
    const w0 = b * d * a
    const w1 = b * (d * (1 - a) + (1 - d) * b) + (1 - b) * e * b
    const w2 = b * (1 - d) * (1 - b) + (1 - b) * (e * (1 - b) + (1 - e) * c)
    const w3 = (1 - b) * (1 - e) * (1 - c)
    x[at + piece] = w0 * p0.x + w1 * p1.x + w2 * p2.x + w3 * p3.x
    y[at + piece] = w0 * p0.y + w1 * p1.y + w2 * p2.y + w3 * p3.y
  }
}

/** |q − p|^½, kept off zero so that coincident points do not divide by it. */
function knotDistance(p: ControlPoint, q: ControlPoint): number {
  return Math.max(Math.sqrt(Math.hypot(q.x - p.x, q.y - p.y)), 1e-4)
}
