// Each simplification by the graph that it leaves, and those that must not happen.
import { describe, expect, test } from 'vitest'
import { runGraphOnHost } from '../backend/reference/run-on-host.ts'
import { makeGraph } from '../graph/graph.ts'
import { printGraph } from '../graph/print.ts'
import { toHostArray } from '../host/host-array.ts'
import { makeConstant, makeInput, makeItem, makeNode } from '../trace/build.ts'
import type { Node } from '../trace/node.ts'
import type { DType, Shape } from '../trace/types.ts'
import { simplify } from './simplify.ts'

const x = makeInput('x', { shape: [2, 3], dtype: 'float32' })
const y = makeInput('y', { shape: [2, 3], dtype: 'float32' })
const row = makeInput('row', { shape: [1, 3], dtype: 'float32' })
const n = makeInput('n', { shape: [2, 3], dtype: 'int32' })
const b = makeInput('b', { shape: [2, 3], dtype: 'bool' })
const image = makeInput('image', { shape: [2, 3, 4], dtype: 'float32' })
const inputs = [x, y, row, n, b, image]
const names = new Map<Node, string>(inputs.map((input) => [input, input.attributes.name]))

const full = (value: number, shape: Shape = [2, 3], dtype: DType = 'float32'): Node =>
  makeNode('broadcast', [makeConstant(toHostArray([value], { dtype, shape: shape.map(() => 1) }))], { shape })
const unary = (operation: 'neg' | 'abs' | 'tanh' | 'exp', input: Node): Node => makeNode(operation, [input], {})
const binary = (operation: 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'max' | 'min', left: Node, right: Node): Node =>
  makeNode(operation, [left, right], {})
const cut = (input: Node, start: number[], size: number[], stride = size.map(() => 1)): Node =>
  makeNode('slice', [input], { start, size, stride })
const widen = (input: Node, before: number[], after: number[], value = 0): Node =>
  makeNode('pad', [input], { before, after, interior: before.map(() => 0), value })
const turn = (input: Node, axes: number[]): Node => makeNode('permute', [input], { axes })
const shaped = (input: Node, shape: number[]): Node => makeNode('reshape', [input], { shape })
const spread = (input: Node, shape: number[]): Node => makeNode('broadcast', [input], { shape })
const total = (input: Node, axes: number[]): Node => makeNode('sum', [input], { axes })
const join = (axis: number, ...parts: Node[]): Node => makeNode('concat', parts, { axis })

/** The simplified node as one line: inputs by name, nested nodes in parentheses, constants as numbers. */
function describeSimplified(node: Node): string {
  const describeNode = (part: Node): string => {
    const name = names.get(part)
    if (name) return name
    if (part.operation === 'constant') return String(part.attributes.value.data[0])
    const lines = printGraph(makeGraph([], [part])).split('\n')
    const attributes = /( [a-z]\w*=.*)?$/.exec(lines.at(-2) ?? '')?.[0] ?? ''
    return `(${part.operation} ${part.inputs.map(describeNode).join(' ')}${attributes})`
  }
  return describeNode(simplify(makeGraph(inputs, [node])).outputs[0] as Node)
}

const cases: Readonly<Record<string, readonly (readonly [string, Node, string])[]>> = {
  arithmetic: [
    ['x + 0', binary('add', x, full(0)), 'x'],
    ['0 + x', binary('add', full(0), x), 'x'],
    ['x − 0', binary('sub', x, full(0)), 'x'],
    ['0 − x', binary('sub', full(0), x), '(neg x)'],
    ['x · 1', binary('mul', x, full(1)), 'x'],
    ['−1 · x', binary('mul', full(-1), x), '(neg x)'],
    ['x / 1', binary('div', x, full(1)), 'x'],
    ['x / 4', binary('div', x, full(4)), '(mul x (broadcast 0.25 shape=[2, 3]))'],
    ['−−x', unary('neg', unary('neg', x)), 'x'],
    ['x + −y', binary('add', x, unary('neg', y)), '(sub x y)'],
    ['−x + y', binary('add', unary('neg', x), y), '(sub y x)'],
    ['x − −y', binary('sub', x, unary('neg', y)), '(add x y)'],
    ['−(x − y)', unary('neg', binary('sub', x, y)), '(sub y x)'],
    ['−x · −y', binary('mul', unary('neg', x), unary('neg', y)), '(mul x y)'],
    ['−x · 3', binary('mul', unary('neg', x), full(3)), '(mul x (broadcast -3 shape=[2, 3]))'],
    ['|−x|', unary('abs', unary('neg', x)), '(abs x)'],
    ['x⁰', binary('pow', x, full(0)), '(broadcast 1 shape=[2, 3])'],
    ['x¹', binary('pow', x, full(1)), 'x'],
    ['x²', binary('pow', x, full(2)), '(mul x x)'],
    ['x⁻¹', binary('pow', x, full(-1)), '(div (broadcast 1 shape=[2, 3]) x)'],
    ['max(x, x)', binary('max', x, x), 'x'],
    ['max(x, −∞)', binary('max', x, full(-Infinity)), 'x'],
    ['min(∞, x)', binary('min', full(Infinity), x), 'x'],
    ['b or false', binary('max', b, full(0, [2, 3], 'bool')), 'b'],
    ['b and false', binary('min', b, full(0, [2, 3], 'bool')), '(broadcast 0 shape=[2, 3])'],
    ['n · 0', binary('mul', n, full(0, [2, 3], 'int32')), '(broadcast 0 shape=[2, 3])'],
    ['stopGradient', makeNode('stopGradient', [x], {}), 'x'],
    [
      'small constants count as splats',
      binary(
        'mul',
        x,
        makeConstant(
          toHostArray([
            [1, 1, 1],
            [1, 1, 1],
          ]),
        ),
      ),
      'x',
    ],
  ],
  'what NaN and infinity forbid': [
    ['x − x', binary('sub', x, x), '(sub x x)'],
    ['x · 0', binary('mul', x, full(0)), '(mul x (broadcast 0 shape=[2, 3]))'],
    ['x / x', binary('div', x, x), '(div x x)'],
    ['√ by pow', binary('pow', x, full(0.5)), '(pow x (broadcast 0.5 shape=[2, 3]))'],
    ['max(x, ∞)', binary('max', x, full(Infinity)), '(max x (broadcast Infinity shape=[2, 3]))'],
    ['x / 3', binary('div', x, full(3)), '(div x (broadcast 3 shape=[2, 3]))'],
    ['n / 2, which truncates', binary('div', n, full(2, [2, 3], 'int32')), '(div n (broadcast 2 shape=[2, 3]))'],
  ],
  logic: [
    ['cast to its own type', makeNode('cast', [x], { dtype: 'float32' }), 'x'],
    [
      'bool → float32 → int32',
      makeNode('cast', [makeNode('cast', [b], { dtype: 'float32' })], { dtype: 'int32' }),
      '(cast b dtype=int32)',
    ],
    [
      'int32 → float32 → int32 loses digits',
      makeNode('cast', [makeNode('cast', [n], { dtype: 'float32' })], { dtype: 'int32' }),
      '(cast (cast n dtype=float32) dtype=int32)',
    ],
    [
      'bool as a number ≠ 0',
      makeNode('compare', [makeNode('cast', [b], { dtype: 'int32' }), full(0, [2, 3], 'int32')], {
        comparison: 'notEqual',
      }),
      'b',
    ],
    ['select true', makeNode('select', [full(1, [2, 3], 'bool'), x, y], {}), 'x'],
    ['select false', makeNode('select', [full(0, [2, 3], 'bool'), x, y], {}), 'y'],
    ['select of equals', makeNode('select', [b, x, x], {}), 'x'],
  ],
  movement: [
    ['reshape to itself', shaped(x, [2, 3]), 'x'],
    ['reshape twice', shaped(shaped(x, [6]), [3, 2]), '(reshape x shape=[3, 2])'],
    ['permute nothing', turn(x, [0, 1]), 'x'],
    ['permute twice', turn(turn(image, [1, 2, 0]), [1, 2, 0]), '(permute image axes=[2, 0, 1])'],
    ['transpose back', turn(turn(x, [1, 0]), [1, 0]), 'x'],
    ['permute of axes of length 1', turn(row, [1, 0]), '(reshape row shape=[3, 1])'],
    ['broadcast to its own shape', spread(x, [2, 3]), 'x'],
    [
      'broadcast twice',
      spread(spread(shaped(row, [1, 1, 3]), [1, 4, 3]), [2, 4, 3]),
      '(broadcast (reshape row shape=[1, 1, 3]) shape=[2, 4, 3])',
    ],
    [
      'permute of a broadcast',
      turn(spread(row, [2, 3]), [1, 0]),
      '(broadcast (reshape row shape=[3, 1]) shape=[3, 2])',
    ],
    [
      'new axis on a broadcast',
      shaped(spread(row, [2, 3]), [2, 1, 3]),
      '(broadcast (reshape row shape=[1, 1, 3]) shape=[2, 1, 3])',
    ],
    ['reshape of a number', shaped(full(5), [6]), '(broadcast 5 shape=[6])'],
    ['slice of everything', cut(x, [0, 0], [2, 3]), 'x'],
    [
      'slice of a slice',
      cut(cut(image, [0, 0, 0], [2, 2, 2], [1, 2, 2]), [1, 0, 1], [1, 2, 1]),
      '(slice image start=[1, 0, 2] size=[1, 2, 1] stride=[1, 2, 2])',
    ],
    [
      'slice of a broadcast',
      cut(spread(row, [2, 3]), [1, 1], [1, 2]),
      '(slice row start=[0, 1] size=[1, 2] stride=[1, 1])',
    ],
    ['slice within a pad', cut(widen(x, [1, 0], [1, 2]), [1, 0], [2, 3]), 'x'],
    [
      'slice that sees the padding',
      cut(widen(x, [1, 0], [0, 0]), [0, 0], [2, 3]),
      '(slice (pad x before=[1, 0] after=[0, 0] interior=[0, 0] value=0) start=[0, 0] size=[2, 3] stride=[1, 1])',
    ],
    [
      'slice of one part of a concat',
      cut(join(1, x, y), [0, 4], [2, 2]),
      '(slice y start=[0, 1] size=[2, 2] stride=[1, 1])',
    ],
    ['pad by nothing', widen(x, [0, 0], [0, 0]), 'x'],
    [
      'pad twice',
      widen(widen(x, [1, 0], [0, 2]), [1, 1], [1, 0]),
      '(pad x before=[2, 1] after=[1, 2] interior=[0, 0] value=0)',
    ],
    [
      'pads of two values stay',
      widen(widen(x, [1, 0], [0, 0]), [1, 0], [0, 0], 1),
      '(pad (pad x before=[1, 0] after=[0, 0] interior=[0, 0] value=0) before=[1, 0] after=[0, 0] interior=[0, 0] value=1)',
    ],
    ['flip twice', makeNode('flip', [makeNode('flip', [x], { axes: [0, 1] })], { axes: [1] }), '(flip x axes=[0])'],
    ['flip of repeated rows', makeNode('flip', [spread(row, [2, 3])], { axes: [0] }), '(broadcast row shape=[2, 3])'],
    ['concat of one', join(0, x), 'x'],
    ['concat of concats', join(0, join(0, x, y), x), '(concat x y x axis=0)'],
    ['cut and joined', join(1, cut(x, [0, 0], [2, 1]), cut(x, [0, 1], [2, 2])), 'x'],
    [
      'joined in another order',
      join(1, cut(x, [0, 1], [2, 2]), cut(x, [0, 0], [2, 1])),
      '(concat (slice x start=[0, 1] size=[2, 2] stride=[1, 1]) (slice x start=[0, 0] size=[2, 1] stride=[1, 1]) axis=1)',
    ],
  ],
  'broadcasts move outwards': [
    ['one input', unary('exp', spread(row, [2, 3])), '(broadcast (exp row) shape=[2, 3])'],
    [
      'with a number',
      binary('mul', spread(row, [2, 3]), full(3)),
      '(broadcast (mul row (broadcast 3 shape=[1, 3])) shape=[2, 3])',
    ],
    ['not when an input is whole', binary('mul', spread(row, [2, 3]), x), '(mul (broadcast row shape=[2, 3]) x)'],
  ],
  reductions: [
    ['over no axes', total(x, []), 'x'],
    ['over an axis of length 1', total(row, [0]), '(reshape row shape=[3])'],
    ['sum of a sum', total(total(image, [1]), [1]), '(sum image axes=[1, 2])'],
    ['sum of equal rows', total(spread(row, [2, 3]), [0]), '(mul (reshape row shape=[3]) (broadcast 2 shape=[3]))'],
    ['max of equal rows', makeNode('maxReduce', [spread(row, [2, 3])], { axes: [0] }), '(reshape row shape=[3])'],
    ['argMax among one', makeNode('argMax', [row], { axis: 0 }), '(broadcast 0 shape=[3])'],
  ],
}

describe.each(Object.entries(cases))('%s', (_, entries) => {
  test.each(entries)('%s', (_name, node, expected) => {
    expect(describeSimplified(node)).toBe(expected)
  })
})

test('the gradients of slices, padded and added, are joined', () => {
  const gates = [0, 1, 2, 3].map((gate) =>
    widen(unary('tanh', cut(image, [0, 0, gate], [2, 3, 1])), [0, 0, gate], [0, 0, 3 - gate]),
  )
  const [a, c, e, g] = gates as [Node, Node, Node, Node]
  for (const sum of [
    binary('add', binary('add', binary('add', a, c), e), g),
    binary('add', binary('add', binary('add', e, a), g), c),
  ]) {
    const graph = simplify(makeGraph(inputs, [sum]))
    const [output] = graph.outputs as [Node]
    expect(output.operation).toBe('concat')
    expect(output.inputs).toHaveLength(4)
  }
})

test('a sum is not merged into a sum that is needed anyway', () => {
  const rows = total(image, [1])
  const { outputs } = simplify(makeGraph(inputs, [rows, total(rows, [1])]))
  expect(outputs[1]?.inputs[0]).toBe(outputs[0])
})

test('large constants that are one number everywhere become broadcasts', () => {
  const ones = makeConstant(toHostArray(new Float32Array(1000).fill(1), { shape: [10, 100] }))
  const varied = makeConstant(toHostArray(new Float32Array(1000).fill(1, 1), { shape: [10, 100] }))
  const { outputs } = simplify(makeGraph([], [ones, varied]))
  expect(outputs.map(({ operation }) => operation)).toEqual(['broadcast', 'constant'])
})

test('values without elements take no computation', () => {
  const empty = makeInput('empty', { shape: [0, 3], dtype: 'float32' })
  const [output] = simplify(makeGraph([empty], [unary('exp', binary('add', empty, empty))])).outputs as [Node]
  expect(output.operation).toBe('broadcast')
  expect(output.shape).toEqual([0, 3])
})

test.each([0, 1])('a scan of %i steps is unrolled', (length) => {
  const carry = makeInput('carry', { shape: [3], dtype: 'float32' })
  const step = makeInput('step', { shape: [3], dtype: 'float32' })
  const initial = makeInput('initial', { shape: [3], dtype: 'float32' })
  const sequence = makeInput('sequence', { shape: [length, 3], dtype: 'float32' })
  const next = binary('add', carry, step)
  const scan = makeNode('scan', [initial, sequence], {
    length,
    body: makeGraph([carry, step], [next, unary('exp', next)]),
    carries: 1,
    sequences: 1,
    reverse: false,
  })
  const graph = makeGraph([initial, sequence], [makeItem(scan, 0), makeItem(scan, 1)])
  const simple = simplify(graph)
  expect(simple.nodes.some(({ operation }) => operation === 'scan')).toBe(false)
  const values = [toHostArray([1, 2, 3]), toHostArray(new Float32Array(length * 3).fill(0.5), { shape: [length, 3] })]
  expect(runGraphOnHost(simple, values)).toEqual(runGraphOnHost(graph, values))
})

test('deep graphs are no trouble', () => {
  let node: Node = x
  for (let i = 0; i < 20_000; i++) node = unary('tanh', binary('add', node, full(0)))
  expect(simplify(makeGraph(inputs, [node])).nodes).toHaveLength(inputs.length + 20_000)
})
