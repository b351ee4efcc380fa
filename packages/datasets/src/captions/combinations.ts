// Which combinations are kept for testing. Three sets of pictures and clips share no combination: those that are trained;
// new combinations of trained objects with a place, a number, an event or one another; and those with objects that
// themselves are a new combination of size, colour and shape.
import { HostRandom } from '@deep-recipe/core-tensor'
import { isNewObject, numberOfKind, type ObjectKind, objectKinds } from './scenes/objects.ts'

/** Which combinations to generate. */
export type Combinations = 'trained' | 'new combinations' | 'new objects'

/** What is combined: objects, and with a single one what is said of it, such as a place or a number. */
export interface Combination {
  readonly objects: readonly ObjectKind[]
  /** Number of the place, count or event; counts only where there is one kind of object. */
  readonly circumstance?: number
}

/** One combination in so many is kept for testing. */
const share = 5

/** Which set a combination belongs to. */
export function findSet({ objects, circumstance = 0 }: Combination): Combinations {
  if (objects.some(isNewObject)) return 'new objects'
  const [only] = objects
  if (only && objects.length === 1)
    return isKept(numberOfKind(only), objectKinds.length + circumstance) ? 'new combinations' : 'trained'
  const pairs = objects.flatMap((one, i) => objects.slice(i + 1).map((other) => [one, other] as const))
  const isNew = pairs.some(([one, other]) => isKept(numberOfKind(one), numberOfKind(other)))
  return isNew ? 'new combinations' : 'trained'
}

/** Whether two numbers, in either order, are kept apart: scattered, so that no rule could tell. */
function isKept(a: number, b: number): boolean {
  return new HostRandom(1000 * Math.min(a, b) + Math.max(a, b)).integer(share) === 0
}
