// Parameter trees as named arrays and back: what lies between a model and a file.
import {
  flattenTree,
  formatType,
  type HostArray,
  isHostArray,
  type MapLeaves,
  sameShape,
  type Tensor,
  unflattenTree,
} from '@deep-recipe/core-tensor'
import type { Params } from '@deep-recipe/layers-core'
import { CheckpointError } from './errors.ts'

/**
 * The arrays of a tree under dotted names such as `layers.0.weight`.
 * @param prefix put before each name with a dot, to keep several trees in one file
 * @throws CheckpointError for leaves that are not host arrays, and for two leaves of one name
 */
export function nameTensors(tree: unknown, prefix = ''): Record<string, HostArray> {
  const { leaves, paths } = flattenTree(tree)
  const named = new Map<string, HostArray>()
  leaves.forEach((leaf, index) => {
    const name = joinName(prefix, paths[index] as string)
    if (!isHostArray(leaf) || named.has(name)) {
      throw new CheckpointError({
        what: `Naming the tensors of a tree: ${name}`,
        expected: 'one host array of that name',
        received: named.has(name) ? 'two' : typeof leaf,
        remedy: named.has(name) ? 'Avoid dots in names of the tree.' : 'Download device arrays with host() first.',
      })
    }
    named.set(name, leaf)
  })
  return Object.fromEntries(named)
}

/**
 * A tree of the structure of `like`, with the arrays of those names. Names outside the prefix are left alone.
 * @param like a tree of the same model: shapes and dtypes of its leaves are what is expected. What a layer's `init` gives will
 *   do: nothing of it is drawn or computed.
 * @throws CheckpointError where a name is missing or left over, or a shape or dtype differs
 */
export function placeTensors(
  like: Params,
  tensors: Readonly<Record<string, HostArray>>,
  prefix?: string,
): MapLeaves<Params, Tensor, HostArray>
export function placeTensors<T>(like: T, tensors: Readonly<Record<string, HostArray>>, prefix?: string): T
export function placeTensors(like: unknown, tensors: Readonly<Record<string, HostArray>>, prefix = ''): unknown {
  const { leaves, paths } = flattenTree<{ readonly shape: readonly number[]; readonly dtype: HostArray['dtype'] }>(like)
  const names = paths.map((path) => joinName(prefix, path))
  const expected = new Set(names)
  const extra = Object.keys(tensors).find((name) => !expected.has(name) && (prefix === '' || isInside(prefix, name)))
  if (extra !== undefined) failToPlace(extra, 'no tensor of that name', formatType(tensors[extra] as HostArray))
  const placed = leaves.map((leaf, index) => {
    const name = names[index] as string
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined
    if (tensor === undefined) return failToPlace(name, formatType(leaf), 'none')
    const fits = tensor.dtype === leaf.dtype && sameShape(tensor.shape, leaf.shape)
    return fits ? tensor : failToPlace(name, formatType(leaf), formatType(tensor))
  })
  return unflattenTree(like, placed)
}

function joinName(prefix: string, path: string): string {
  return prefix === '' || path === '' ? prefix + path : `${prefix}.${path}`
}

function isInside(prefix: string, name: string): boolean {
  return name === prefix || name.startsWith(`${prefix}.`)
}

function failToPlace(name: string, expected: string, received: string): never {
  throw new CheckpointError({
    what: `Tensor ${JSON.stringify(name)} of the file`,
    expected: `${expected}, as in the model`,
    received,
    remedy: 'Load it into the model that it was saved from, with the same sizes.',
  })
}
