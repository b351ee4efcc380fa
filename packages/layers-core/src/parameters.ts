// Looking at parameters: how many there are, and which are trained.
import { flattenTree, mapTree, sizeOf, type TensorType } from '@deep-recipe/core-tensor'

/** Number of trained numbers in a tree of parameters (tensors or arrays); `state` is not counted. */
export function countParameters(params: unknown): number {
  const { leaves, paths } = flattenTree<TensorType>(params)
  return leaves.reduce((sum, leaf, i) => (isState(paths[i] as string) ? sum : sum + sizeOf(leaf.shape)), 0)
}

/** Whether a path such as `0.state.mean` leads to something that is kept but not trained. */
export function isState(path: string): boolean {
  return path.split('.').includes('state')
}

/** The parameters that are trained, listed by path, and a way to put new values for them into the tree. */
export function splitTrainable<P>(params: P): {
  readonly trainable: { [path: string]: unknown }
  readonly join: (trainable: { readonly [path: string]: unknown }) => P
} {
  const { leaves, paths } = flattenTree(params)
  const trainable = Object.fromEntries(paths.flatMap((path, i) => (isState(path) ? [] : [[path, leaves[i]] as const])))
  return { trainable, join: (values) => mapTree(params, (leaf, path) => values[path] ?? leaf) as P }
}
