// Composes a picture: draws what shall be said of it, and puts objects so that it is true and nothing else could be meant.
import type { HostRandom } from '@deep-recipe/core-tensor'
import { type Combination, type Combinations, findSet } from '../combinations.ts'
import { choose } from '../sentences.ts'
import { drawKind, nameKind, type ObjectKind, type PlacedObject, radii } from './objects.ts'
import {
  isTrueOf,
  listMentioned,
  overlap,
  type Place,
  places,
  relations,
  type Scene,
  type SceneStatement,
  sides,
} from './statements.ts'

/** A scene and what is to be said of it. */
export interface ComposedScene extends Scene {
  readonly statement: SceneStatement
}

/** Space between objects that do not overlap. */
const gap = 0.03

/** Draws a scene of one to `mostObjects` objects. */
export function composeScene(random: HostRandom, combinations: Combinations, mostObjects: number): ComposedScene {
  // Some statements have no room for their objects: draw again.
  for (;;) {
    const statement = drawStatement(random, combinations, mostObjects)
    for (let attempt = 0; attempt < 60; attempt++) {
      const objects = placeObjects(statement, random)
      if (objects && isTrueOf(statement, { objects })) return { objects, statement }
    }
  }
}

/** Draws what is to be said, of the wanted combinations. */
function drawStatement(random: HostRandom, combinations: Combinations, mostObjects: number): SceneStatement {
  const kinds = ['one', 'several', 'pair', 'pair', 'three'] as const
  const kind = choose(kinds.slice(0, mostObjects === 1 ? 1 : mostObjects === 2 ? 4 : 5), random)
  for (;;) {
    const statement = drawAny(kind, random, combinations, mostObjects)
    if (isDistinct(statement) && findSet(combinationOf(statement)) === combinations) return statement
  }
}

function drawAny(
  kind: SceneStatement['kind'],
  random: HostRandom,
  combinations: Combinations,
  mostObjects: number,
): SceneStatement {
  // Where new objects are wanted, one of them is, at a random place.
  const special = combinations === 'new objects' ? random.integer(kind === 'three' ? 3 : kind === 'pair' ? 2 : 1) : -1
  const object = (position: number): ObjectKind => drawKind(random, position === special)
  if (kind === 'one') return { kind, object: object(0), place: choose(places, random) }
  if (kind === 'several') return { kind, object: object(0), count: 2 + random.integer(mostObjects - 1) }
  const pair = { relation: choose(relations, random), first: object(0), second: object(1) }
  return kind === 'pair' ? { kind, ...pair } : { kind, ...pair, third: object(2), side: choose(sides, random) }
}

/** Whether objects that are named one by one can be told apart: nothing is seen of what covers its own colour. */
function isDistinct(statement: SceneStatement): boolean {
  if (!('relation' in statement)) return true
  const names = listMentioned(statement).map(nameKind)
  const isHidden = statement.relation === 'in front of' && statement.first.colour === statement.second.colour
  return new Set(names).size === names.length && !isHidden
}

function combinationOf(statement: SceneStatement): Combination {
  switch (statement.kind) {
    case 'one':
      return { objects: [statement.object], circumstance: places.indexOf(statement.place) }
    case 'several':
      return { objects: [statement.object], circumstance: statement.count }
    default:
      return { objects: listMentioned(statement) }
  }
}

/** Objects of the kinds that a statement mentions, somewhere in the picture, or undefined where they would not fit. */
function placeObjects(statement: SceneStatement, random: HostRandom): PlacedObject[] | undefined {
  const objects: PlacedObject[] = []
  const covering = 'relation' in statement && statement.relation === 'in front of'
  for (const kind of listMentioned(statement)) {
    const [least, most] = radii[kind.size]
    const radius = least + (most - least) * random.uniform()
    const [first] = objects
    // The second of a pair that overlaps lies by the first one; anything else lies anywhere.
    const beside = covering && objects.length === 1 && first ? placeBehind(first, radius, random) : undefined
    const place = statement.kind === 'one' ? statement.place : undefined
    const { x, y } = beside ?? drawPosition(radius, place, random)
    const object = { ...kind, x, y, radius }
    if (Math.min(x, y) < radius || Math.max(x, y) > 1 - radius) return undefined
    const grown = { ...object, radius: radius + gap }
    if (objects.some((other) => overlap(grown, other) && !(beside && other === first))) return undefined
    objects.push(object)
  }
  // Drawn from the farthest to the nearest.
  return covering ? objects.reverse() : objects
}

/** A place from which an object of that radius may be partly covered by `front`. */
function placeBehind(front: PlacedObject, radius: number, random: HostRandom): { x: number; y: number } {
  const angle = 2 * Math.PI * random.uniform()
  const distance = (0.35 + 0.5 * random.uniform()) * (front.radius + radius)
  return { x: front.x + distance * Math.cos(angle), y: front.y + distance * Math.sin(angle) }
}

/** A place at which an object of that radius is wholly in the picture: in a named part of it, or anywhere. */
function drawPosition(radius: number, place: Place | undefined, random: HostRandom): { x: number; y: number } {
  const within = (least: number, most: number): number => least + (most - least) * random.uniform()
  if (place === undefined) return { x: within(radius, 1 - radius), y: within(radius, 1 - radius) }
  if (place === 'middle') return { x: within(0.38, 0.62), y: within(0.38, 0.62) }
  const [x, y] = [within(radius, 0.35), within(radius, 0.35)]
  return { x: place.endsWith('left') ? x : 1 - x, y: place.startsWith('top') ? y : 1 - y }
}
