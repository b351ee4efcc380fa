// Composes a clip: draws what shall happen, and lays out tracks on which it does.
import type { HostRandom } from '@deep-recipe/core-tensor'
import { type Combination, type Combinations, findSet } from '../combinations.ts'
import { drawKind, nameKind, type ObjectKind, type Size } from '../scenes/objects.ts'
import { choose } from '../sentences.ts'
import {
  type Clip,
  type ClipStatement,
  type Direction,
  directions,
  eventKinds,
  isTrueOfClip,
  type Point,
  type Track,
} from './clip-statements.ts'

/** A clip and what is to be said of it. */
export interface ComposedClip extends Clip {
  readonly statement: ClipStatement
}

/** Least and largest radius by size: smaller than in still pictures, for there must be room to move. */
const radii: { readonly [size in Size]: readonly [least: number, most: number] } = {
  small: [0.115, 0.13],
  large: [0.165, 0.18],
}

const steps: { readonly [direction in Direction]: Point } = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
}

/** Draws a clip of so many frames. */
export function composeClip(random: HostRandom, combinations: Combinations, frames: number): ComposedClip {
  // Many layouts leave the picture: draw them again, and with bad luck another statement.
  for (;;) {
    const statement = drawStatement(random, combinations)
    for (let attempt = 0; attempt < 500; attempt++) {
      const tracks = layOut(statement, random, frames)
      if (tracks.every(staysInside) && isTrueOfClip(statement, { tracks })) return { tracks, statement }
    }
  }
}

/** Draws what is to happen, of the wanted combinations. */
function drawStatement(random: HostRandom, combinations: Combinations): ClipStatement {
  const kind = choose(eventKinds, random)
  for (;;) {
    const statement = drawAny(kind, random, combinations)
    if (findSet(combinationOf(statement)) === combinations && !isTwice(statement)) return statement
  }
}

function drawAny(kind: ClipStatement['kind'], random: HostRandom, combinations: Combinations): ClipStatement {
  const isNew = combinations === 'new objects'
  if (kind === 'moves') return { kind, object: drawKind(random, isNew), direction: choose(directions, random) }
  if (kind === 'appears' || kind === 'vanishes') return { kind, object: drawKind(random, isNew) }
  const special = random.integer(2)
  return { kind, first: drawKind(random, isNew && special === 0), second: drawKind(random, isNew && special === 1) }
}

function isTwice(statement: ClipStatement): boolean {
  return 'first' in statement && nameKind(statement.first) === nameKind(statement.second)
}

function combinationOf(statement: ClipStatement): Combination {
  if ('first' in statement) return { objects: [statement.first, statement.second] }
  const events = ['appears', 'vanishes', ...directions]
  const event = statement.kind === 'moves' ? statement.direction : statement.kind
  return { objects: [statement.object], circumstance: events.indexOf(event) }
}

function layOut(statement: ClipStatement, random: HostRandom, frames: number): Track[] {
  switch (statement.kind) {
    case 'moves':
      return [layMovement(statement.object, steps[statement.direction], random, frames)]
    case 'appears':
    case 'vanishes': {
      const change = 2 + random.integer(frames - 3)
      const isSeen = (frame: number): boolean => frame < change === (statement.kind === 'vanishes')
      return [layStill(statement.object, drawPoint(random), random, frames, isSeen)]
    }
    case 'before': {
      const first = 1 + random.integer(frames - 4)
      const second = first + 2 + random.integer(frames - first - 2)
      const [here, there] = drawApart(random)
      return [
        layStill(statement.first, here, random, frames, (frame) => frame >= first),
        layStill(statement.second, there, random, frames, (frame) => frame >= second),
      ]
    }
    case 'hits':
      return layCollision(statement.first, statement.second, random, frames)
    case 'passes':
      return layPassing(statement.first, statement.second, random, frames)
  }
}

function layStill(
  object: ObjectKind,
  point: Point,
  random: HostRandom,
  frames: number,
  isSeen: (frame: number) => boolean,
): Track {
  return {
    object,
    radius: drawRadius(object, random),
    path: Array.from({ length: frames }, (_, frame) => (isSeen(frame) ? point : undefined)),
  }
}

/** A way of a third to a half of the picture, straight on. */
function layMovement(object: ObjectKind, step: Point, random: HostRandom, frames: number): Track {
  const radius = drawRadius(object, random)
  const way = 0.33 + 0.17 * random.uniform()
  const middle = drawPoint(random)
  const path = Array.from({ length: frames }, (_, frame) => advance(middle, step, way * (frame / (frames - 1) - 0.5)))
  return { object, radius, path }
}

/** The first comes up to the second and stops where it touches it; the second goes on in its place. */
function layCollision(first: ObjectKind, second: ObjectKind, random: HostRandom, frames: number): Track[] {
  const step = steps[choose(directions, random)]
  const [a, b] = [drawRadius(first, random), drawRadius(second, random)]
  const meeting = Math.floor(frames / 2) - 1
  const speed = (0.14 + 0.05 * random.uniform()) / meeting
  const contact = drawPoint(random)
  const path = (start: Point, from: number, to: number): Point[] =>
    Array.from({ length: frames }, (_, frame) =>
      advance(start, step, speed * (Math.min(to, Math.max(from, frame)) - meeting)),
    )
  return [
    { object: first, radius: a, path: path(contact, 0, meeting) },
    { object: second, radius: b, path: path(advance(contact, step, a + b), meeting, frames - 1) },
  ]
}

/** The first goes straight on beside the second. */
function layPassing(first: ObjectKind, second: ObjectKind, random: HostRandom, frames: number): Track[] {
  const step = steps[choose(directions, random)]
  const side = random.uniform() < 0.5 ? 1 : -1
  const mover = layMovement(first, step, random, frames)
  const still = layStill(second, { x: 0, y: 0 }, random, frames, () => true)
  const across = side * (mover.radius + still.radius + 0.05 + 0.05 * random.uniform())
  const middle = mover.path[Math.floor(frames / 2)] ?? { x: 0.5, y: 0.5 }
  const place = { x: middle.x + across * step.y, y: middle.y + across * step.x }
  return [mover, { ...still, path: still.path.map(() => place) }]
}

function advance({ x, y }: Point, step: Point, distance: number): Point {
  return { x: x + step.x * distance, y: y + step.y * distance }
}

function drawRadius({ size }: ObjectKind, random: HostRandom): number {
  const [least, most] = radii[size]
  return least + (most - least) * random.uniform()
}

function drawPoint(random: HostRandom): Point {
  return { x: 0.15 + 0.7 * random.uniform(), y: 0.15 + 0.7 * random.uniform() }
}

/** Two places in opposite halves of the picture. */
function drawApart(random: HostRandom): [Point, Point] {
  const one = { x: 0.22 + 0.06 * random.uniform(), y: 0.22 + 0.56 * random.uniform() }
  const other = { x: 0.72 + 0.06 * random.uniform(), y: 0.22 + 0.56 * random.uniform() }
  const pair: [Point, Point] = random.uniform() < 0.5 ? [one, other] : [other, one]
  return random.uniform() < 0.5 ? pair : [swap(pair[0]), swap(pair[1])]
}

function swap({ x, y }: Point): Point {
  return { x: y, y: x }
}

function staysInside({ radius, path }: Track): boolean {
  return path.every(
    (point) => !point || (Math.min(point.x, point.y) >= radius && Math.max(point.x, point.y) <= 1 - radius),
  )
}
