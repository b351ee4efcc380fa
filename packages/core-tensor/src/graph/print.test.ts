// Printed graphs, compared with what a reader should see.
import { expect, test } from 'vitest'
import { toHostArray } from '../host/host-array.ts'
import { makeConstant, makeInput, makeItem, makeNode } from '../trace/build.ts'
import { makeGraph } from './graph.ts'
import { printDot, printGraph } from './print.ts'

const x = makeInput('x', { shape: [2, 3], dtype: 'float32' })

test('one line per node, numbered in topological order', () => {
  const transposed = makeNode('permute', [x], { axes: [1, 0] })
  const padded = makeNode('pad', [x], { before: [0, 0], after: [1, 0], interior: [0, 0], value: -0 })
  const graph = makeGraph([x], [makeNode('matmul', [x, transposed], {}), padded])
  expect(printGraph(graph)).toBe(
    [
      '%0: float32[2, 3] = input "x"',
      '%1: float32[3, 2] = permute %0 axes=[1, 0]',
      '%2: float32[2, 2] = matmul %0, %1',
      '%3: float32[3, 3] = pad %0 before=[0, 0] after=[1, 0] interior=[0, 0] value=-0',
      'return %2, %3',
    ].join('\n'),
  )
})

test('constants are shortened, nested attributes are written out', () => {
  const image = makeConstant(toHostArray(new Float32Array(12).fill(0.1), { shape: [1, 1, 3, 4] }))
  const pooled = makeNode('maxPool', [image], {
    window: [2, 2],
    stride: [1, 1],
    padding: { top: 0, bottom: 1, left: 0, right: 0 },
  })
  const truth = makeConstant(toHostArray([true, false]))
  const scalar = makeConstant(toHostArray(7, { dtype: 'int32' }))
  expect(printGraph(makeGraph([], [pooled, truth, scalar])).split('\n')).toEqual([
    '%0: float32[1, 1, 3, 4] = constant [0.1, 0.1, 0.1, 0.1, … 8 more]',
    '%1: float32[1, 1, 3, 3] = maxPool %0 window=[2, 2] stride=[1, 1] padding={top=0, bottom=1, left=0, right=0}',
    '%2: bool[2] = constant [true, false]',
    '%3: int32[] = constant 7',
    'return %1, %2, %3',
  ])
  expect(printGraph(makeGraph([], [truth]), { numbers: 1 })).toContain('constant [true, … 1 more]')
})

const carry = makeInput('carry', { shape: [2, 3], dtype: 'float32' })
const scan = makeNode('scan', [x], {
  length: 4,
  body: makeGraph([carry], [makeNode('neg', [carry], {}), carry]),
  carries: 1,
  sequences: 0,
  reverse: false,
})
const looped = makeGraph([x], [makeItem(scan, 0), makeItem(scan, 1)])

test('bodies of scans are indented, with numbers of their own', () => {
  const lines = [
    '%0: float32[2, 3] = input "x"',
    '%1: (float32[2, 3], float32[4, 2, 3]) = scan %0 length=4 carries=1 sequences=0 reverse=false',
    '  %0: float32[2, 3] = input "carry"',
    '  %1: float32[2, 3] = neg %0',
    '  return %1, %0',
    '%2: float32[2, 3] = item %1 0',
    '%3: float32[4, 2, 3] = item %1 1',
    'return %2, %3',
  ]
  expect(printGraph(looped)).toBe(lines.join('\n'))
  expect(printGraph(looped, { bodies: false })).toBe(lines.filter((line) => !line.startsWith(' ')).join('\n'))
})

test('DOT names each node once and draws each edge', () => {
  const dot = printDot(looped)
  expect(dot).toMatch(/^digraph {\n/)
  expect(dot).toContain('n0 [shape=oval, label="input \\"x\\"\\nfloat32[2, 3]"]')
  expect(dot).toContain('n2 [shape=doubleoctagon, label="item 0\\nfloat32[2, 3]"]')
  expect(dot.match(/->/g)).toHaveLength(3)
})
