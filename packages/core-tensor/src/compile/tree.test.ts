// Trees: leaves out and in again, whatever the structure, and the order of records' names without meaning.
import fc from 'fast-check'
import ndarray from 'ndarray'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { RecipeError } from '../errors.ts'
import { tensor } from '../ops/create.ts'
import type { Tensor } from '../trace/tensor.ts'
import { flattenList, flattenTree, isLeaf, type MapLeaves, mapTree, unflattenTree, zipTrees } from './tree.ts'

/** Trees whose leaves are texts; names collide with nothing and with prototypes. */
const trees = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ maxLength: 3 }),
    fc.constantFrom(undefined, null),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'weight', '0', '1', 'toString', 'x.y'), tie('tree'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).tree

/** The same tree with the names of its records in the opposite order. */
function turn(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(turn)
  if (typeof tree !== 'object' || tree === null) return tree
  return Object.fromEntries(
    Object.entries(tree)
      .reverse()
      .map(([name, part]) => [name, turn(part)]),
  )
}

describe('round trips', () => {
  test('unflatten puts the leaves of flatten back', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(unflattenTree(tree, flattenTree(tree).leaves)).toStrictEqual(tree)
      }),
    )
  })

  test('map visits the leaves and the paths of flatten, in that order', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const visited: [unknown, string][] = []
        mapTree(tree, (leaf, path) => visited.push([leaf, path]))
        const { leaves, paths } = flattenTree(tree)
        expect(visited).toEqual(leaves.map((leaf, i) => [leaf, paths[i]]))
      }),
    )
  })

  test('map with the identity changes nothing, and mapping twice is mapping once', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const twice = mapTree(
          mapTree(tree, (leaf) => `${leaf}!`),
          (leaf) => `${leaf}?`,
        )
        expect(twice).toStrictEqual(mapTree(tree, (leaf) => `${leaf}!?`))
        expect(mapTree(tree, (leaf) => leaf)).toStrictEqual(tree)
      }),
    )
  })

  test('the order of names means nothing', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(flattenTree(turn(tree))).toEqual(flattenTree(tree))
        expect(zipTrees([tree, turn(tree)], (a, b) => `${a}|${b}`)).toEqual(mapTree(tree, (leaf) => `${leaf}|${leaf}`))
      }),
    )
  })

  test('trees with another structure have another structure text', () => {
    const different = [{ a: 'x' }, { b: 'x' }, ['x'], 'x', ['x', 'x'], [['x'], 'x'], [undefined], [], {}, undefined]
    expect(new Set(different.map((tree) => flattenTree(tree).structure)).size).toBe(different.length)
    expect(flattenTree({ 'a":*,"b': 'x' }).structure).not.toBe(flattenTree({ a: 'x', b: 'x' }).structure)
  })
})

describe('leaves', () => {
  test('values in every form are leaves, containers of them are not', () => {
    const leaves = [1, true, [1, 2], [[1], [2]], [[true]], new Float32Array(2), ndarray(new Float32Array(4), [2, 2])]
    for (const leaf of [...leaves, tensor(1), { shape: [], dtype: 'float32', data: new Float32Array(1) }]) {
      expect(isLeaf(leaf)).toBe(true)
      expect(flattenTree({ inner: [leaf, 'x'] }).leaves).toEqual([leaf, 'x'])
    }
    for (const branch of [undefined, null, [], {}, [[]], ['a'], [1, 'a'], [tensor(1)], { a: 1 }]) {
      expect(isLeaf(branch)).toBe(false)
    }
  })

  test('paths name the way from the root', () => {
    const tree = { layers: [{ weight: 1, bias: 2 }, undefined, { weight: 3 }], step: 4 }
    const { leaves, paths } = flattenTree(tree)
    expect(paths).toEqual(['layers.0.bias', 'layers.0.weight', 'layers.2.weight', 'step'])
    expect(leaves).toEqual([2, 1, 3, 4])
    expect(flattenTree(5).paths).toEqual([''])
  })

  test('a list of arguments is no leaf, even when all arguments are numbers', () => {
    expect(flattenList([1, [2, 3]])).toEqual({ leaves: [1, [2, 3]], paths: ['0', '1'], structure: '[*,*]' })
    expect(flattenTree([1, 2]).leaves).toEqual([[1, 2]])
  })
})

describe('complaints', () => {
  test('a wrong number of leaves', () => {
    expect(() => unflattenTree({ a: 1, b: 2 }, [1])).toThrow(/unflattenTree: expected 2 leaves, received 1\. Give/)
    expect(() => unflattenTree({ a: 1 }, [1, 2])).toThrow(RecipeError)
  })

  test('trees of different structures, with the first place where they differ', () => {
    const complaint = /expected one structure \(2 leaves\), received another \(1 leaves, different at b\)\. Pass/
    expect(() => zipTrees([{ a: 'x', b: 'x' }, { a: 'x' }], () => 0)).toThrow(complaint)
    expect(() => zipTrees([{ a: 'x' }, { a: 'x' }, { a: ['x'] }], () => 0)).toThrow(/different at a\.0/)
    expect(() => zipTrees([[], {}], () => 0)).toThrow(RecipeError)
    expect(zipTrees([], () => 0)).toBeUndefined()
  })
})

test('the type of a mapped tree has the structure of the tree', () => {
  interface Model {
    readonly layers: readonly { readonly weight: Tensor; readonly bias?: Tensor }[]
    readonly note: undefined
  }
  expectTypeOf<MapLeaves<Model, Tensor, string>>().toEqualTypeOf<{
    readonly layers: readonly { readonly weight: string; readonly bias?: string }[]
    readonly note: undefined
  }>()
  expectTypeOf<MapLeaves<readonly [Tensor, { a: Tensor }], Tensor, number>>().toEqualTypeOf<
    readonly [number, { a: number }]
  >()
})
