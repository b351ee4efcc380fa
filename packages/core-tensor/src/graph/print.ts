// Printing graphs: text for people and tests, and DOT for Graphviz. Equal graphs print equally.
import type { HostArray } from '../host/host-array.ts'
import type { Graph, Node } from '../trace/node.ts'
import { formatType } from '../trace/types.ts'

/** How much to print. */
export interface PrintOptions {
  /** Numbers shown of each constant; default 4. */
  readonly numbers?: number
  /** Print the bodies of scans; default true. */
  readonly bodies?: boolean
}

/**
 * A graph as text, one line per node in topological order:
 *
 * ```
 * %0: float32[2, 3] = input "x"
 * %1: float32[3, 2] = permute %0 axes=[1, 0]
 * %2: float32[2, 2] = matmul %0, %1
 * return %2
 * ```
 *
 * The body of a scan follows its line, indented, with numbers of its own.
 */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  return printLines(graph, options, '').join('\n')
}

/** A graph in the language of Graphviz: `dot -Tsvg`. Bodies of scans are left out. */
export function printDot(graph: Graph, options: PrintOptions = {}): string {
  const names = numberNodes(graph)
  const nameOf = (node: Node): string => `n${(names.get(node) ?? '?').slice(1)}`
  const lines = graph.nodes.flatMap((node) => {
    const details = describeAttributes(node, options)
    const label = JSON.stringify(`${node.operation}${details && ` ${details}`}\n${describeResults(node)}`)
    const shape = graph.outputs.includes(node) ? 'doubleoctagon' : node.inputs.length === 0 ? 'oval' : 'box'
    const edges = node.inputs.map((input) => `  ${nameOf(input)} -> ${nameOf(node)}`)
    return [`  ${nameOf(node)} [shape=${shape}, label=${label}]`, ...edges]
  })
  return ['digraph {', ...lines, '}'].join('\n')
}

function numberNodes(graph: Graph): Map<Node, string> {
  return new Map(graph.nodes.map((node, number) => [node, `%${number}`]))
}

function printLines(graph: Graph, options: PrintOptions, indent: string): string[] {
  const names = numberNodes(graph)
  const nameOf = (node: Node): string => names.get(node) ?? '%?'
  const lines: string[] = []
  for (const node of graph.nodes) {
    const parts: string[] = [node.operation, node.inputs.map(nameOf).join(', '), describeAttributes(node, options)]
    lines.push(`${indent}${nameOf(node)}: ${describeResults(node)} = ${parts.filter(Boolean).join(' ')}`)
    if (node.operation === 'scan' && options.bodies !== false) {
      lines.push(...printLines(node.attributes.body, options, `${indent}  `))
    }
  }
  lines.push(`${indent}return ${graph.outputs.map(nameOf).join(', ')}`)
  return lines
}

function describeResults(node: Node): string {
  return node.operation === 'scan' ? `(${node.results.map(formatType).join(', ')})` : formatType(node)
}

function describeAttributes(node: Node, options: PrintOptions): string {
  switch (node.operation) {
    case 'input':
      return JSON.stringify(node.attributes.name)
    case 'constant':
      return describeNumbers(node.attributes.value, options.numbers ?? 4)
    case 'item':
      return String(node.attributes.index)
    default:
      return Object.entries(node.attributes)
        .filter(([name]) => name !== 'body')
        .map(([name, value]) => `${name}=${describeValue(value)}`)
        .join(' ')
  }
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describeValue).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, part]) => `${name}=${describeValue(part)}`)
      .join(', ')}}`
  }
  return typeof value === 'number' ? describeNumber(value) : String(value)
}

function describeNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function describeNumbers(value: HostArray, shown: number): string {
  // Seven digits tell float32 numbers apart well enough to read.
  const format = (number: number): string => {
    if (value.dtype === 'bool') return String(number !== 0)
    return describeNumber(value.dtype === 'float32' ? Number(number.toPrecision(7)) : number)
  }
  if (value.shape.length === 0) return format(value.data[0] as number)
  const numbers = Array.from(value.data.subarray(0, shown), format)
  const hidden = value.data.length - numbers.length
  if (hidden > 0) numbers.push(`… ${hidden} more`)
  return `[${numbers.join(', ')}]`
}
