// Structural keys: two nodes with one key compute the same value, so either may stand for both.
import type { HostArray, HostData } from '../host/host-array.ts'
import type { Graph, Node } from '../trace/node.ts'
import { formatType } from '../trace/types.ts'
import { smallConstant } from './splat.ts'

const commutative: ReadonlySet<string> = new Set(['add', 'mul', 'max', 'min'])

/**
 * Numbers nodes so that equal computations get equal numbers. One numbering serves one run of a pass; nodes must be
 * asked for in topological order.
 */
export class NodeNumbering {
  readonly #numberOfKey = new Map<string, number>()
  readonly #numberOfNode = new Map<Node, number>()
  readonly #numberOfData = new Map<HostData, number>()
  readonly #numberOfBody = new Map<Graph, number>()

  /** The number of the node; its inputs must have been numbered before. */
  number(node: Node): number {
    const known = this.#numberOfNode.get(node)
    if (known !== undefined) return known
    // An input is equal to nothing but itself.
    const key =
      node.operation === 'input' ? `input ${this.#numberOfNode.size}` : this.#key(node, (input) => this.number(input))
    const number = this.#intern(key)
    this.#numberOfNode.set(node, number)
    return number
  }

  #intern(key: string): number {
    const known = this.#numberOfKey.get(key)
    if (known !== undefined) return known
    this.#numberOfKey.set(key, this.#numberOfKey.size)
    return this.#numberOfKey.size - 1
  }

  #key(node: Node, numberOf: (node: Node) => number): string {
    const inputs = node.inputs.map(numberOf)
    const { operation } = node
    if (operation === 'constant') return this.#constantKey(node.attributes.value)
    if (operation === 'scan') {
      const { body, ...rest } = node.attributes
      return `scan ${inputs} ${formatValue(rest)} ${this.#numberBody(body)}`
    }
    if (commutative.has(operation)) inputs.sort((a, b) => a - b)
    return `${operation} ${inputs} ${formatValue(node.attributes)}`
  }

  #constantKey(value: HostArray): string {
    const { data } = value
    if (data.length <= smallConstant) {
      return `constant ${formatType(value)} ${Array.from(data, formatNumber)}`
    }
    const known = this.#numberOfData.get(data) ?? this.#numberOfData.size
    this.#numberOfData.set(data, known)
    return `data ${formatType(value)} ${known}`
  }

  /** Bodies are compared by what they compute from their inputs, in order; the inputs' names do not matter. */
  #numberBody(body: Graph): number {
    const known = this.#numberOfBody.get(body)
    if (known !== undefined) return known
    const local = new Map<string, number>()
    const numbers = new Map<Node, number>()
    const lines: string[] = []
    const visit = (node: Node, key: string): void => {
      const place = local.get(key) ?? local.size
      if (place === local.size) lines.push(key)
      local.set(key, place)
      numbers.set(node, place)
    }
    body.inputs.forEach((input, position) => {
      visit(input, `input ${position} ${formatType(input)}`)
    })
    for (const node of body.nodes) {
      if (numbers.has(node)) continue
      // An undeclared input belongs to a graph around this one: its own number is its identity.
      if (node.operation === 'input') visit(node, `outer ${this.number(node)}`)
      else
        visit(
          node,
          this.#key(node, (input) => numbers.get(input) as number),
        )
    }
    const outputs = body.outputs.map((output) => numbers.get(output))
    const number = this.#intern(`body ${body.inputs.length} (${lines.join('; ')}) ${outputs}`)
    this.#numberOfBody.set(body, number)
    return number
  }
}

function formatNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function formatValue(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value)
  if (Array.isArray(value)) return `[${value.map(formatValue)}]`
  if (typeof value !== 'object' || value === null) return String(value)
  // Sorted, for attributes are compared by name, however they were put together.
  const names = Object.keys(value).sort()
  return names.map((name) => `${name}=${formatValue((value as Record<string, unknown>)[name])}`).join(' ')
}
