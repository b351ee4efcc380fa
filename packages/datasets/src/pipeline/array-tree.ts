// Trees of arrays that share their leading axis: one entry of it is one example, whatever it consists of.
import { formatShape, gatherRows, type HostNdArray, isHostNdArray } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'

/** Named arrays (or trees of them) with the same number of examples, such as `{ images, labels }`. */
export type ArrayTree = { readonly [name: string]: HostNdArray | ArrayTree }

/** Every array of the tree with its path, e.g. `inputs.images`, in the order of the tree's keys. */
export function listArrays(tree: ArrayTree, path = ''): [path: string, array: HostNdArray][] {
  return Object.entries(tree).flatMap(([name, value]): [string, HostNdArray][] => {
    const here = path === '' ? name : `${path}.${name}`
    if (isHostNdArray(value)) return [[here, value]]
    if (typeof value === 'object' && value !== null) return listArrays(value, here)
    throw new DatasetError({
      what: `dataset.${here}`,
      expected: 'an ndarray over a typed array, or a record of such',
      received: String(value),
      remedy: 'Wrap the numbers: ndarray(Float32Array.from(values), shape).',
    })
  })
}

/**
 * The number of examples.
 *
 * @throws DatasetError for a tree without arrays, an array without axes, and arrays of different number of examples.
 */
export function countExamples(tree: ArrayTree): number {
  const arrays = listArrays(tree)
  const [first] = arrays
  if (!first) {
    throw new DatasetError({
      what: 'dataset',
      expected: 'at least one array',
      received: 'an empty record',
      remedy: 'Give a record such as { images, labels }.',
    })
  }
  const [firstPath, { shape }] = first
  for (const [path, array] of arrays) {
    if (array.dimension > 0 && array.shape[0] === shape[0]) continue
    throw new DatasetError({
      what: `dataset.${path}`,
      expected: `${shape[0] ?? 'some'} examples along the leading axis, as ${firstPath} has`,
      received: `shape ${formatShape(array.shape)}`,
      remedy: 'All arrays of a data set share their leading axis: cut or reshape the odd one.',
    })
  }
  return shape[0] as number
}

/**
 * The examples that `indices` names, in that order, as a new tree of the same form.
 *
 * @throws DatasetError for an index that is not an example of the tree, and as countExamples does.
 */
export function takeExamples<Tree extends ArrayTree>(tree: Tree, indices: ArrayLike<number>): Tree {
  const count = countExamples(tree)
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at] as number
    if (Number.isInteger(index) && index >= 0 && index < count) continue
    throw new DatasetError({
      what: `takeExamples: index ${at}`,
      expected: `a whole number from 0 to ${count - 1}`,
      received: String(index),
      remedy: 'Indices count examples from 0.',
    })
  }
  return gatherTree(tree, indices)
}

/** takeExamples for indices that are known to be right. */
export function gatherTree<Tree extends ArrayTree>(tree: Tree, indices: ArrayLike<number>): Tree {
  const entries = Object.entries(tree).map(([name, value]): [string, HostNdArray | ArrayTree] => [
    name,
    isHostNdArray(value) ? gatherRows(value, indices) : gatherTree(value, indices),
  ])
  // The same names with arrays of the same kinds: the type of the tree is kept.
  return Object.fromEntries(entries) as ArrayTree as Tree
}
