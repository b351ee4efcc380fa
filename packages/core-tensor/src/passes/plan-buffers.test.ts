// Buffer plans, run step by step in a simulation that notices whoever reads what was overwritten.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeGraph } from '../graph/graph.ts'
import { makeInput, makeNode } from '../trace/build.ts'
import type { Graph, Node } from '../trace/node.ts'
import { makeRandomGraph } from './fixtures/random-graph.ts'
import { type BufferPlan, type BufferPlanOptions, planBuffers, printBufferPlan } from './plan-buffers.ts'

const viewOperations = new Set(['reshape', 'permute', 'slice'])
const aliases = (node: Node): Node | undefined => (viewOperations.has(node.operation) ? node.inputs[0] : undefined)
const inPlace = new Set(['add', 'tanh', 'mul', 'neg'])
const mayOverwrite = (node: Node, input: Node): boolean =>
  inPlace.has(node.operation) && node.dtype === input.dtype && node.shape.join() === input.shape.join()

/** Runs the plan with labels for values: every read must find the label of what it wants to read. */
function simulate(graph: Graph, plan: BufferPlan, options: BufferPlanOptions): void {
  const content = new Map<number, string>()
  const label = new Map<Node, string>()
  const donated = new Set(options.donate ?? [])
  graph.inputs.forEach((input, position) => {
    const slot = plan.slotOf(input)
    expect(slot !== undefined).toBe(donated.has(position))
    if (slot !== undefined) content.set(slot, `input ${position}`)
    label.set(input, `input ${position}`)
  })
  const check = (node: Node): void => {
    const slot = plan.slotOf(node)
    if (slot !== undefined) expect(content.get(slot), printBufferPlan(graph, plan)).toBe(label.get(node))
  }
  graph.nodes.forEach((node, number) => {
    if (node.operation === 'input' || node.operation === 'constant') return
    const viewed = node.operation === 'item' ? undefined : options.aliases?.(node)
    if (viewed) {
      label.set(node, label.get(viewed) as string)
      return
    }
    if (node.operation === 'item') {
      label.set(node, `${label.get(node.inputs[0] as Node)} ${node.attributes.index}`)
      return
    }
    const written = node.results.map((_, result) => plan.slotOf(node, result))
    expect(written).not.toContain(undefined)
    expect(new Set(written).size, 'results of one node lie apart').toBe(written.length)
    // What may not be overwritten is still read while the results appear.
    const inPlaceOf = (input: Node): boolean =>
      plan.slotOf(input) === written[0] && !options.aliases?.(input) && (options.mayOverwrite?.(node, input) ?? false)
    for (const input of node.inputs) if (input.operation !== 'scan') check(input)
    const late = node.inputs.filter((input) => input.operation !== 'scan' && !inPlaceOf(input))
    label.set(node, `node ${number}`)
    written.forEach((slot, result) => {
      content.set(slot as number, node.operation === 'scan' ? `node ${number} ${result}` : `node ${number}`)
    })
    for (const input of late) check(input)
  })
  // At the end all outputs must be there at once.
  const slots = graph.outputs.map((output, position) => {
    check(output)
    return plan.copiedOutputs.includes(position) ? undefined : plan.slotOf(output)
  })
  const owned = slots.filter((slot) => slot !== undefined)
  expect(new Set(owned).size).toBe(owned.length)
  expect(owned.length + plan.copiedOutputs.length).toBe(graph.outputs.length)
  for (const slot of owned) expect(plan.slots[slot]?.role).not.toBe('temporary')
}

test('a plan never clobbers what is still to be read', () => {
  const arbitrary = fc.record({
    seed: fc.integer(),
    nodes: fc.integer({ min: 1, max: 60 }),
    views: fc.boolean(),
    writesInPlace: fc.boolean(),
    donate: fc.subarray([0, 1, 2, 3, 4]),
  })
  fc.assert(
    fc.property(arbitrary, ({ seed, nodes, views, writesInPlace, donate }) => {
      const { graph } = makeRandomGraph(seed, { nodes })
      const options: BufferPlanOptions = { donate, ...(views && { aliases }), ...(writesInPlace && { mayOverwrite }) }
      const plan = planBuffers(graph, options)
      simulate(graph, plan, options)
      expect(plan.totalBytes).toBeGreaterThanOrEqual(plan.peakBytes)
    }),
    { numRuns: 300 },
  )
}, 30_000)

describe('slots', () => {
  const type = { shape: [10], dtype: 'float32' } as const
  const x = makeInput('x', type)
  const chain = (length: number, from: Node = x): Node[] => {
    const nodes: Node[] = []
    for (let i = 0; i < length; i++) nodes.push(makeNode('tanh', [nodes.at(-1) ?? from], {}))
    return nodes
  }

  test('a chain needs two buffers and its output, in place one', () => {
    const graph = makeGraph([x], chain(9).slice(-1))
    const roles = (options: BufferPlanOptions): string[] => planBuffers(graph, options).slots.map(({ role }) => role)
    expect(roles({})).toEqual(['temporary', 'temporary', 'output'])
    expect(roles({ mayOverwrite })).toEqual(['temporary', 'output'])
    expect(planBuffers(graph).peakBytes).toBe(80)
  })

  test('outputs take over donated inputs of their size, also in place', () => {
    const y = makeNode('add', [x, makeNode('neg', [x], {})], {})
    const graph = makeGraph([x], [y])
    const plan = planBuffers(graph, { donate: [0], mayOverwrite })
    expect(plan.slotOf(y)).toBe(plan.slotOf(x))
    expect(plan.totalBytes).toBe(80)
    // Without writing in place, x is still read while y appears.
    expect(planBuffers(graph, { donate: [0] }).totalBytes).toBe(120)
  })

  test('a view keeps alive what it looks at', () => {
    const [a] = chain(1) as [Node]
    const view = makeNode('reshape', [a], { shape: [2, 5] })
    const later = chain(3, a).at(-1) as Node
    const both = makeNode('add', [later, makeNode('reshape', [view], { shape: [10] })], {})
    const plan = planBuffers(makeGraph([x], [both]), { aliases })
    expect(plan.slotOf(view)).toBe(plan.slotOf(a))
    expect(plan.slotOf(later)).not.toBe(plan.slotOf(a))
  })

  test('what has no memory of its own is copied: inputs, constants, repeated and partial outputs', () => {
    const [a] = chain(1) as [Node]
    const part = makeNode('slice', [a], { start: [0], size: [2], stride: [1] })
    const whole = makeNode('reshape', [a], { shape: [2, 5] })
    const plan = planBuffers(makeGraph([x], [x, a, whole, part]), { aliases })
    expect(plan.copiedOutputs).toEqual([0, 2, 3])
  })

  test('a value that is also read in another order is not written over', () => {
    const square = makeInput('square', { shape: [4, 4], dtype: 'float32' })
    const a = makeNode('exp', [square], {})
    const sum = makeNode('add', [a, makeNode('permute', [a], { axes: [1, 0] })], {})
    const plan = planBuffers(makeGraph([square], [makeNode('exp', [sum], {})]), { aliases, mayOverwrite })
    expect(plan.slotOf(sum)).not.toBe(plan.slotOf(a))
    const twice = makeNode('add', [a, a], {})
    const other = planBuffers(makeGraph([square], [makeNode('exp', [twice], {})]), { aliases, mayOverwrite })
    expect(other.slotOf(twice)).toBe(other.slotOf(a))
  })

  test('prints which nodes share a slot', () => {
    const graph = makeGraph([x], chain(3).slice(-1))
    expect(printBufferPlan(graph, planBuffers(graph))).toBe(
      [
        'slot 0: 40 bytes temporary float32: %1 float32[10]',
        'slot 1: 40 bytes temporary float32: %2 float32[10]',
        'slot 2: 40 bytes output float32: %3 float32[10]',
        'peak 80 bytes, total 120 bytes',
      ].join('\n'),
    )
  })
})
