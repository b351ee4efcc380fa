// What a sentence says of a picture, and whether that is so: judged by where the objects are, not by how they were put there.
import { nameKind, type ObjectKind, type PlacedObject } from './objects.ts'
import { measureCover } from './outlines.ts'

/** Places of a picture. */
export const places = ['top left', 'top right', 'bottom left', 'bottom right', 'middle'] as const
/** How two objects may lie. The opposites are the same relations with the objects exchanged. */
export const relations = ['left of', 'above', 'in front of'] as const
/** How a third object may lie to two others. */
export const sides = ['left', 'right', 'above', 'below'] as const

export type Place = (typeof places)[number]
export type Relation = (typeof relations)[number]
export type Side = (typeof sides)[number]

/** One object and its place. */
export interface OneStatement {
  readonly kind: 'one'
  readonly object: ObjectKind
  readonly place: Place
}

/** Several objects of one kind. */
export interface SeveralStatement {
  readonly kind: 'several'
  readonly count: number
  readonly object: ObjectKind
}

/** The first is left of, above, or in front of the second. */
export interface PairStatement {
  readonly kind: 'pair'
  readonly relation: Relation
  readonly first: ObjectKind
  readonly second: ObjectKind
}

/** A pair, and a third object on one side of both. */
export interface ThreeStatement extends Omit<PairStatement, 'kind'> {
  readonly kind: 'three'
  readonly third: ObjectKind
  readonly side: Side
}

/** What a sentence says. */
export type SceneStatement = OneStatement | SeveralStatement | PairStatement | ThreeStatement

/** A generated picture before it is drawn: its objects from the farthest to the nearest. */
export interface Scene {
  readonly objects: readonly PlacedObject[]
}

/**
 * Whether a statement is true of a scene and leaves out none of its objects.
 *
 * Left and right, above and below hold for objects that do not touch, along the axis on which they are further apart; in
 * front of holds for one that covers so much of the other that it can be seen, and leaves so much that it can be told what that is.
 */
export function isTrueOf(statement: SceneStatement, { objects }: Scene): boolean {
  const mentioned = listMentioned(statement)
  if (!sameNames(mentioned, objects)) return false
  switch (statement.kind) {
    case 'one':
      return objects.every((object) => findPlace(object) === statement.place)
    case 'several':
      return true
    default:
      return assignments(mentioned, objects).some(([first, second, third]) => {
        if (!first || !second || !isRelated(first, statement.relation, second, objects)) return false
        if (statement.kind === 'pair') return true
        return third !== undefined && [first, second].every((other) => liesOn(third, statement.side, other))
      })
  }
}

/** The objects that a statement speaks of, in its order. */
export function listMentioned(statement: SceneStatement): ObjectKind[] {
  switch (statement.kind) {
    case 'one':
      return [statement.object]
    case 'several':
      return Array.from({ length: statement.count }, () => statement.object)
    case 'pair':
      return [statement.first, statement.second]
    case 'three':
      return [statement.first, statement.second, statement.third]
  }
}

/** The place in which the centre of an object lies. */
export function findPlace({ x, y }: { readonly x: number; readonly y: number }): Place | undefined {
  if (Math.max(Math.abs(x - 0.5), Math.abs(y - 0.5)) <= 0.12) return 'middle'
  if (Math.min(Math.abs(x - 0.5), Math.abs(y - 0.5)) < 0.15) return undefined // between two places
  return `${y < 0.5 ? 'top' : 'bottom'} ${x < 0.5 ? 'left' : 'right'}`
}

/** Whether the objects touch or cover each other. */
export function overlap(a: PlacedObject, b: PlacedObject): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) < a.radius + b.radius
}

/** Whether a lies on that side of b: by more than across, and without touching it. */
function liesOn(a: PlacedObject, side: Side, b: PlacedObject): boolean {
  const [dx, dy] = [a.x - b.x, a.y - b.y]
  if (overlap(a, b)) return false
  switch (side) {
    case 'left':
      return dx < 0 && Math.abs(dx) > Math.abs(dy)
    case 'right':
      return dx > 0 && Math.abs(dx) > Math.abs(dy)
    case 'above':
      return dy < 0 && Math.abs(dy) > Math.abs(dx)
    case 'below':
      return dy > 0 && Math.abs(dy) > Math.abs(dx)
  }
}

function isRelated(
  first: PlacedObject,
  relation: Relation,
  second: PlacedObject,
  order: readonly PlacedObject[],
): boolean {
  if (relation !== 'in front of') return liesOn(first, relation === 'above' ? 'above' : 'left', second)
  return order.indexOf(first) > order.indexOf(second) && coversPart(first, second)
}

/** Share of the smaller object's area that is covered at least. */
const leastCover = 0.2
/** Share of the farther object's area that is covered at most. */
const mostCover = 0.4

function coversPart(front: PlacedObject, back: PlacedObject): boolean {
  if (!overlap(front, back)) return false
  const { ofBack, ofSmaller } = measureCover(front, back)
  return ofSmaller >= leastCover && ofBack <= mostCover
}

function sameNames(mentioned: readonly ObjectKind[], objects: readonly ObjectKind[]): boolean {
  const names = (kinds: readonly ObjectKind[]): string => kinds.map(nameKind).sort().join()
  return names(mentioned) === names(objects)
}

/** All ways to find the mentioned objects, in their order, among those of the scene. */
function assignments(mentioned: readonly ObjectKind[], objects: readonly PlacedObject[]): PlacedObject[][] {
  const [kind, ...others] = mentioned
  if (kind === undefined) return [[]]
  return objects
    .filter((object) => nameKind(object) === nameKind(kind))
    .flatMap((object) =>
      assignments(
        others,
        objects.filter((each) => each !== object),
      ).map((rest) => [object, ...rest]),
    )
}
