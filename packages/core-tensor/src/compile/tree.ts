// Trees: nested arrays and records with a value at each leaf, such as parameters and batches.
import { RecipeError } from '../errors.ts'
import { isHostArray, isNdArray } from '../host/host-array.ts'

/** Nested arrays and plain records of leaves. `undefined` and `null` are empty places. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [name: string]: Tree<Leaf> } | undefined | null

/** A tree of the same structure as T, which has leaves of type From, with leaves of type To. */
export type MapLeaves<T, From, To> = T extends From
  ? To
  : T extends undefined | null
    ? T
    : { [Key in keyof T]: MapLeaves<T[Key], From, To> }

/** The leaves of a tree in order, their paths, and the text that identifies the structure. */
export interface FlatTree<Leaf> {
  readonly leaves: Leaf[]
  /** Such as `layers.0.weight`. */
  readonly paths: string[]
  readonly structure: string
}

/** Whether a value is a leaf: anything but a plain record, an array of such, or nothing. Arrays of numbers are leaves. */
export function isLeaf(value: unknown): boolean {
  if (value === null || value === undefined) return false
  if (typeof value !== 'object') return true
  if (Array.isArray(value)) return isNumeric(value)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return true
  return isHostArray(value) || isNdArray(value)
}

function isNumeric(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isNumeric)
  return typeof value === 'number' || typeof value === 'boolean'
}

/** Lists the leaves of a tree: records in the order of their sorted names, so that equal trees flatten equally. */
export function flattenTree<Leaf = unknown>(tree: unknown): FlatTree<Leaf> {
  return flatten(tree, false)
}

/** The leaves of a list of trees, such as the arguments of a call: the list is no leaf, even of numbers only. */
export function flattenList<Leaf = unknown>(trees: readonly unknown[]): FlatTree<Leaf> {
  return flatten(trees, true)
}

/** A list of trees of the structures of `like` with the given leaves. */
export function unflattenList(like: readonly unknown[], leaves: readonly unknown[]): unknown[] {
  let next = 0
  return like.map((tree) => mapTree(tree, () => leaves[next++]))
}

function flatten<Leaf>(tree: unknown, isList: boolean): FlatTree<Leaf> {
  const leaves: Leaf[] = []
  const paths: string[] = []
  const visit = (part: unknown, path: string): string => {
    if (part === undefined || part === null) return '-'
    if (isLeaf(part) && !(isList && part === tree)) {
      leaves.push(part as Leaf)
      paths.push(path)
      return '*'
    }
    const inside = (name: string | number): string => (path === '' ? String(name) : `${path}.${name}`)
    if (Array.isArray(part)) return `[${part.map((inner, index) => visit(inner, inside(index))).join()}]`
    const record = part as Record<string, unknown>
    const names = Object.keys(record).sort()
    return `{${names.map((name) => `${JSON.stringify(name)}:${visit(record[name], inside(name))}`).join()}}`
  }
  const structure = visit(tree, '')
  return { leaves, paths, structure }
}

/** The same tree with each leaf replaced. */
export function mapTree<To>(tree: unknown, change: (leaf: unknown, path: string) => To, path = ''): unknown {
  if (tree === undefined || tree === null) return tree
  if (isLeaf(tree)) return change(tree, path)
  const inside = (name: string | number): string => (path === '' ? String(name) : `${path}.${name}`)
  if (Array.isArray(tree)) return tree.map((part, index) => mapTree(part, change, inside(index)))
  const record = tree as Record<string, unknown>
  // Sorted names, as in flattenTree: `change` sees the leaves in the order in which they are listed there.
  const names = Object.keys(record).sort()
  const changed = new Map(names.map((name) => [name, mapTree(record[name], change, inside(name))]))
  return Object.fromEntries(Object.keys(record).map((name) => [name, changed.get(name)]))
}

/** A tree of the structure of `like` with the given leaves, in flattening order. */
export function unflattenTree(like: unknown, leaves: readonly unknown[]): unknown {
  let next = 0
  const tree = mapTree(like, () => leaves[next++])
  if (next === leaves.length) return tree
  throw new RecipeError({
    what: 'unflattenTree',
    expected: `${next} leaves`,
    received: String(leaves.length),
    remedy: 'Give one leaf for each place of the tree.',
  })
}

/** Combines trees of one structure leaf by leaf. Throws a RecipeError when the structures differ. */
export function zipTrees<To>(trees: readonly unknown[], combine: (...leaves: unknown[]) => To): unknown {
  const flat = trees.map((tree) => flattenTree(tree))
  const first = flat[0]
  if (!first) return undefined
  for (const other of flat) {
    if (other.structure === first.structure) continue
    const path =
      other.paths.find((name) => !first.paths.includes(name)) ?? first.paths.find((name) => !other.paths.includes(name))
    throw new RecipeError({
      what: 'Combining trees',
      expected: `one structure (${first.leaves.length} leaves)`,
      received: `another (${other.leaves.length} leaves${path === undefined ? '' : `, different at ${path}`})`,
      remedy: 'Pass trees made by the same model.',
    })
  }
  return unflattenTree(
    trees[0],
    first.leaves.map((_, index) => combine(...flat.map((tree) => tree.leaves[index]))),
  )
}
