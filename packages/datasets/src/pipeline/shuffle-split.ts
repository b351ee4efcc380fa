// Random order, and the division of a data set into a part to learn from and a part to validate on.
import { HostRandom } from '@deep-recipe/core-tensor'
import { formatShape, type HostNdArray, rowMajorData } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'
import { checkCount, checkSeed } from '../options.ts'
import { type ArrayTree, countExamples, gatherTree } from './array-tree.ts'

/**
 * All examples in random order, as a new tree.
 *
 * @throws DatasetError for arrays that do not share their leading axis, and for a missing seed.
 */
export function shuffle<Tree extends ArrayTree>(dataset: Tree, options: { readonly seed: number }): Tree {
  checkSeed('shuffle: seed', options.seed)
  return gatherTree(dataset, new HostRandom(options.seed).permutation(countExamples(dataset)))
}

/** How to divide a data set. Give either `fraction` or `count`. */
export interface SplitOptions {
  /** Share of the examples for validation, between 0 and 1 (rounded to whole examples). */
  readonly fraction?: number
  /** Number of examples for validation. */
  readonly count?: number
  readonly seed: number
  /** Class of each example, shape [n] (integers): both parts then hold every class in its share of the whole. */
  readonly stratifyBy?: HostNdArray
}

/** The two parts; each keeps the examples in their original order. */
export interface Split<Tree> {
  readonly train: Tree
  readonly validation: Tree
}

/**
 * Divides a data set at random.
 *
 * @throws DatasetError where either part would be empty, where not exactly one of `fraction` and `count` is given, for
 *   classes that do not match the examples, and for a missing seed.
 */
export function split<Tree extends ArrayTree>(dataset: Tree, options: SplitOptions): Split<Tree> {
  const { seed, stratifyBy } = options
  checkSeed('split: seed', seed)
  const total = countExamples(dataset)
  const wanted = countValidation(options, total)
  const random = new HostRandom(seed)
  const groups = stratifyBy ? groupByClass(stratifyBy, total) : [Int32Array.from({ length: total }, (_, at) => at)]
  const quotas = shareOut(
    wanted,
    groups.map((group) => group.length),
  )
  const chosen = new Uint8Array(total)
  groups.forEach((group, at) => {
    const order = random.fork(at).permutation(group.length)
    for (const place of order.subarray(0, quotas[at])) chosen[group[place] as number] = 1
  })
  const pick = (mark: number): number[] => [...chosen.keys()].filter((index) => chosen[index] === mark)
  return { train: gatherTree(dataset, pick(0)), validation: gatherTree(dataset, pick(1)) }
}

function countValidation({ fraction, count }: SplitOptions, total: number): number {
  if ((fraction === undefined) === (count === undefined)) {
    throw new DatasetError({
      what: 'split',
      expected: 'either fraction or count',
      received: fraction === undefined ? 'neither' : 'both',
      remedy: 'Give { fraction: 0.1 } or { count: 1000 }.',
    })
  }
  const wanted = count ?? Math.round((fraction as number) * total)
  if (fraction === undefined) checkCount('split: count', wanted, 1)
  if (wanted >= 1 && wanted < total) return wanted
  throw new DatasetError({
    what: fraction === undefined ? 'split: count' : 'split: fraction',
    expected: `a part that leaves both sides at least one of the ${total} examples`,
    received: String(count ?? fraction),
    remedy: 'Choose a smaller or larger part, or use the data set undivided.',
  })
}

/** The examples of each class, classes in ascending order. */
function groupByClass(classes: HostNdArray, total: number): Int32Array[] {
  if (classes.dimension !== 1 || classes.size !== total) {
    throw new DatasetError({
      what: 'split: stratifyBy',
      expected: `the class of each example, shape [${total}]`,
      received: `shape ${formatShape(classes.shape)}`,
      remedy: 'Give the labels of this data set.',
    })
  }
  const groups = new Map<number, number[]>()
  rowMajorData(classes).forEach((label: number, index: number) => {
    const group = groups.get(label)
    if (group) group.push(index)
    else groups.set(label, [index])
  })
  return [...groups].sort(([left], [right]) => left - right).map(([, group]) => Int32Array.from(group))
}

/** Whole quotas in proportion to the sizes, with the sum `wanted`: the largest remainders are rounded up (Hamilton). */
function shareOut(wanted: number, sizes: readonly number[]): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const exact = sizes.map((size) => (size * wanted) / total)
  const quotas = exact.map(Math.floor)
  const open = wanted - quotas.reduce((sum, quota) => sum + quota, 0)
  const byRemainder = [...quotas.keys()].sort(
    (left, right) => ((exact[right] as number) % 1) - ((exact[left] as number) % 1) || left - right,
  )
  for (const at of byRemainder.slice(0, open)) quotas[at] = (quotas[at] as number) + 1
  return quotas
}
