// The cycle check must find cycles of files, of types alone and of packages, and stay silent where there are none.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkCycles, findCycles } from './check-cycles.ts'
import { makeRepository, writeManifest } from './repository-fixture.ts'

describe('checkCycles', () => {
  test('finds a cycle through an import, a re-export and a dynamic import', () => {
    const root = makeRepository({
      'packages/a/package.json': writeManifest('a'),
      'packages/a/src/one.ts': "import { two } from './two.ts'\nexport const one = two",
      'packages/a/src/two.ts': "export * from './three.ts'",
      'packages/a/src/three.ts': "export const two = () => import('./one.ts')",
    })
    const cycles = checkCycles(root)
    expect(cycles).toHaveLength(1)
    for (const name of ['one', 'two', 'three']) expect(cycles[0]).toContain(`packages/a/src/${name}.ts`)
  })

  test('counts a cycle of types alone', () => {
    const root = makeRepository({
      'packages/a/package.json': writeManifest('a'),
      'packages/a/src/node.ts': "import type { Graph } from './graph.ts'\nexport interface Node { graph: Graph }",
      'packages/a/src/graph.ts': "export type { Node } from './node.ts'\nexport interface Graph {}",
    })
    expect(checkCycles(root)).toHaveLength(1)
  })

  test('finds a cycle of packages whose files have none', () => {
    const root = makeRepository({
      'packages/a/package.json': writeManifest('a'),
      'packages/a/src/index.ts': "import '@deep-recipe/b'",
      'packages/b/package.json': writeManifest('b'),
      'packages/b/src/index.ts': '',
      'packages/b/src/other.ts': "import '@deep-recipe/a'",
    })
    expect(checkCycles(root)).toEqual(['packages/a → packages/b → packages/a'])
  })

  test('accepts a diamond, and the word import in comments and strings', () => {
    const root = makeRepository({
      'packages/a/package.json': writeManifest('a'),
      'packages/a/src/top.ts': "import './left.ts'\nimport './right.ts'",
      'packages/a/src/left.ts': "import './bottom.ts'",
      'packages/a/src/right.ts': "import './bottom.ts'",
      'packages/a/src/bottom.ts': "// import './top.ts'\nexport const text = \"import './top.ts'\"",
    })
    expect(checkCycles(root)).toEqual([])
  })
})

describe('findCycles', () => {
  const graphs = fc.integer({ min: 1, max: 12 }).chain((size) =>
    fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 30 }).map((pairs) => {
      const edges = new Map<string, string[]>(Array.from({ length: size }, (_, node) => [String(node), []]))
      for (const [from, to] of pairs) edges.get(String(from))?.push(String(to))
      return edges
    }),
  )

  test('finds one exactly where taking away nodes without imports does not take away everything', () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const left = new Map(edges)
        for (let shrunk = true; shrunk; ) {
          shrunk = false
          for (const [node, targets] of left) {
            if (!targets.some((target) => left.has(target))) shrunk = left.delete(node)
          }
        }
        expect(findCycles(edges).length > 0).toBe(left.size > 0)
      }),
    )
  })

  test('each cycle it names is one', () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        for (const cycle of findCycles(edges)) {
          cycle.forEach((node, place) => {
            expect(edges.get(node)).toContain(cycle[(place + 1) % cycle.length])
          })
        }
      }),
    )
  })
})
