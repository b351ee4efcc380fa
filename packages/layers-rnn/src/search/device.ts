// What all ways of decoding share: checks, the marks that are never said, and values on the device.
import {
  type DeviceArray,
  flattenTree,
  mapTree,
  NonFiniteError,
  type Tensor,
  tensor,
  ValueError,
} from '@deep-recipe/core-tensor'
import { checkCount } from '../check.ts'
import type { SearchOptions } from './model.ts'

/** Throws a ValueError unless a search can end. */
export function checkSearch(what: string, { start, end, maximumLength, forbidden = [] }: SearchOptions): void {
  checkCount(`${what}: maximumLength`, maximumLength)
  for (const symbol of [start, end, ...forbidden]) {
    if (Number.isSafeInteger(symbol) && symbol >= 0) continue
    throw new ValueError({
      what: `${what}: start, end, forbidden`,
      expected: 'numbers of symbols',
      received: String(symbol),
      remedy: 'Count symbols from 0.',
    })
  }
  if (start !== end && !forbidden.includes(end)) return
  throw new ValueError({
    what: `${what}: end`,
    expected: 'a symbol of its own that may be said',
    received: start === end ? `the start mark ${start}` : `the forbidden symbol ${end}`,
    remedy: 'Give the mark of the end a number of its own.',
  })
}

/** Logits [rows, symbols] in which start mark and forbidden symbols are out of the question. */
export function forbid(logits: Tensor, { start, forbidden = [] }: SearchOptions): Tensor {
  const penalty = new Float32Array(logits.shape[1] as number)
  for (const symbol of [start, ...forbidden]) if (symbol < penalty.length) penalty[symbol] = -1e30
  return logits.add(tensor(penalty))
}

/** A tree of [batch, ...] → [batch · count, ...], copies beside each other. */
export function repeatRows<T>(tree: T, count: number): T {
  const repeat = (part: Tensor): Tensor => {
    const [batch, ...rest] = part.shape as [number, ...number[]]
    return part
      .expandDims(1)
      .broadcastTo([batch, count, ...rest])
      .reshape([batch * count, ...rest])
  }
  return mapTree(tree, (part) => repeat(part as Tensor)) as T
}

/** Rows of a tree of arrays. */
export function rowsOf(tree: unknown): number {
  return flattenTree<DeviceArray>(tree).leaves[0]?.shape[0] as number
}

/** Frees a tree of arrays. */
export function disposeAll(tree: unknown): void {
  for (const array of flattenTree<DeviceArray>(tree).leaves) array.dispose()
}

/** Throws if a model said NaN. */
export function checkNumbers(what: string, values: Float32Array): void {
  const place = values.findIndex(Number.isNaN)
  if (place < 0) return
  throw new NonFiniteError({
    what: `${what}: probabilities of the model`,
    expected: 'numbers',
    received: 'NaN',
    remedy: 'Look at the parameters, and at the source: one of them is not finite.',
  })
}
