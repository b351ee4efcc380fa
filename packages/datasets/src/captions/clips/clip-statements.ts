// What a sentence says of a clip, and whether that is so: judged by the tracks of the objects.
import { nameKind, type ObjectKind } from '../scenes/objects.ts'

/** Ways to move. */
export const directions = ['left', 'right', 'up', 'down'] as const
export type Direction = (typeof directions)[number]

/** An object moves one way. */
export interface MoveStatement {
  readonly kind: 'moves'
  readonly object: ObjectKind
  readonly direction: Direction
}

/** An object comes into sight, or goes out of it, where it is. */
export interface SightStatement {
  readonly kind: 'appears' | 'vanishes'
  readonly object: ObjectKind
}

/** Two objects: the first appears before the second; it hits the second, which moves on; or it goes past it. */
export interface EncounterStatement {
  readonly kind: 'before' | 'hits' | 'passes'
  readonly first: ObjectKind
  readonly second: ObjectKind
}

/** What a sentence says of a clip. */
export type ClipStatement = MoveStatement | SightStatement | EncounterStatement

/** The kinds of statements. */
export const eventKinds = ['moves', 'appears', 'vanishes', 'before', 'hits', 'passes'] as const

/** Where an object is in each frame; undefined where it is out of sight. Units as in pictures of side 1. */
export interface Track {
  readonly object: ObjectKind
  readonly radius: number
  readonly path: readonly (Point | undefined)[]
}

/** x to the right, y downwards. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A clip before it is drawn. */
export interface Clip {
  readonly tracks: readonly Track[]
}

/** The least way that counts as a movement. */
export const leastWay = 0.12

/** Whether a statement is true of a clip and leaves out none of its objects. */
export function isTrueOfClip(statement: ClipStatement, { tracks }: Clip): boolean {
  const mentioned = 'object' in statement ? [statement.object] : [statement.first, statement.second]
  const [first, second] = mentioned.map((kind) => tracks.find(({ object }) => nameKind(object) === nameKind(kind)))
  if (tracks.length !== mentioned.length || !first) return false
  switch (statement.kind) {
    case 'moves':
      return isAlwaysSeen(first) && movement(first) === statement.direction
    case 'appears':
      return first.path[0] === undefined && first.path.at(-1) !== undefined && !moves(first)
    case 'vanishes':
      return first.path[0] !== undefined && first.path.at(-1) === undefined && !moves(first)
    case 'before':
      return second !== undefined && 0 < firstSeen(first) && firstSeen(first) < firstSeen(second)
    case 'hits':
      return second !== undefined && moves(first) && moves(second) && touch(first, second)
    case 'passes':
      return second !== undefined && moves(first) && !moves(second) && !touch(first, second)
  }
}

/** Whether two objects come so close that their circles meet. */
function touch(a: Track, b: Track): boolean {
  return a.path.some((point, frame) => {
    const other = b.path[frame]
    if (!point || !other) return false
    return Math.hypot(point.x - other.x, point.y - other.y) <= a.radius + b.radius + 0.02
  })
}

function isAlwaysSeen({ path }: Track): boolean {
  return path.every((point) => point !== undefined)
}

/** The first frame in which an object is seen; after all frames if it never is. */
function firstSeen({ path }: Track): number {
  const frame = path.findIndex((point) => point !== undefined)
  return frame < 0 ? path.length : frame
}

/** Which way an object goes, all in all, or undefined if it stays. */
function movement({ path }: Track): Direction | undefined {
  const seen = path.filter((point) => point !== undefined)
  const [from, to] = [seen[0], seen.at(-1)]
  if (!from || !to) return undefined
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  if (Math.max(Math.abs(dx), Math.abs(dy)) < leastWay) return undefined
  if (Math.abs(dx) > Math.abs(dy)) return dx < 0 ? 'left' : 'right'
  return dy < 0 ? 'up' : 'down'
}

function moves(track: Track): boolean {
  return movement(track) !== undefined
}
