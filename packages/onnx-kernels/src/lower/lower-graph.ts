// From a whole graph to one ONNX model, with the list of what to feed and where the outputs come from.
import { type Graph, type HostArray, type Node, type NodeOf, sizeOf } from '@deep-recipe/core-tensor'
import { GraphWriter } from '../model/graph-writer.ts'
import { encodeModel, makeModel } from '../model/model.ts'
import { findFusedOperators } from './fused.ts'
import { type HostDraws, planHostDraws } from './host-draws.ts'
import { fullValue } from './lowering.ts'
import { Scope } from './scope.ts'

/** Constants above this size are fed instead of written into the model, whose file format ends at 2 GB. */
const fedBytes = 64 * 2 ** 20

/** What is fed under a name: an input of the graph, a random draw, or a large constant. */
export type FeedSource = { readonly input: number } | { readonly draw: number } | { readonly constant: HostArray }

/** One input of the model. */
export interface Feed {
  readonly name: string
  readonly source: FeedSource
}

/** Where a value that is wanted comes from: the session, or something that the host has already. */
export type OutputSource = { readonly name: string } | FeedSource

/** A graph as one ONNX model. */
export interface LoweredGraph {
  /** The encoded model, or undefined where nothing is left to compute. */
  readonly model: Uint8Array<ArrayBuffer> | undefined
  readonly feeds: readonly Feed[]
  /** One for each output of the graph. */
  readonly outputs: readonly OutputSource[]
  /** Values of further nodes that were asked for. */
  readonly watched: readonly { readonly node: Node; readonly source: OutputSource }[]
  readonly draws: HostDraws
  readonly operators: number
  readonly operatorTypes: number
}

/** How to lower a graph for running. */
export interface LowerOptions {
  /** Makes the value of every floating node an output too, to look for the first that is not finite. */
  readonly watch: boolean
  /** Channels per block in ONNX Runtime's own layout, or 0 to do without. */
  readonly block: number
}

/** Lowers a graph. Inputs that nothing reads are not part of the model. */
export function lowerGraph(graph: Graph, { watch, block }: LowerOptions): LoweredGraph {
  const writer = new GraphWriter()
  const draws = planHostDraws(graph)
  const drawNumbers = new Map<Node, number>(draws.draws.map((draw, number) => [draw.node, number]))
  const feeds: Feed[] = []
  const sources = new Map<string, FeedSource>()
  const feed = (node: Node, source: FeedSource): string => {
    const name = writer.input(node.dtype, node.shape)
    feeds.push({ name, source })
    sources.set(name, source)
    return name
  }
  const drawOnHost = (node: NodeOf<'random'>): string | undefined => {
    const draw = drawNumbers.get(node)
    return draw === undefined ? undefined : feed(node, { draw })
  }
  const scope = new Scope(writer, {
    block,
    isFile: false,
    drawOnHost,
    fused: watch ? new Map() : findFusedOperators(graph),
  })
  graph.inputs.forEach((node, input) => {
    scope.define(node, [sizeOf(node.shape) === 0 ? scope.empty(node) : fullValue(node, feed(node, { input }))])
  })
  for (const node of graph.nodes) {
    if (node.operation === 'input' && scope.has(node)) continue
    if (node.operation === 'constant' && node.attributes.value.data.byteLength > fedBytes) {
      scope.define(node, [fullValue(node, feed(node, { constant: node.attributes.value }))])
    } else scope.lower(node)
  }

  const asked = new Set<string>()
  const source = (node: Node): OutputSource => {
    if (node.operation === 'constant') return { constant: node.attributes.value }
    if (sizeOf(node.shape) === 0) return { constant: { ...node, data: emptyData(node) } }
    const name = scope.full(node)
    const fed = sources.get(name)
    if (fed) return fed
    // A lowering may hand on another node's value, or a constant: those become values of their own by Identity.
    const own = writer.owns(name) ? name : writer.emit('Identity', [name])
    if (!asked.has(own)) writer.output(own, node.dtype, node.shape)
    asked.add(own)
    return { name: own }
  }
  const outputs = graph.outputs.map(source)
  const floats = graph.nodes.filter((node) => node.dtype === 'float32' && node.operation !== 'scan')
  const watched = watch ? floats.map((node) => ({ node, source: source(node) })) : []

  const needed = asked.size > 0
  const finished = writer.finish('graph')
  const declared = new Set(finished.input.map((input) => input.name))
  return {
    model: needed ? encodeModel(makeModel(finished, writer.domains)) : undefined,
    feeds: feeds.filter(({ name }) => declared.has(name)),
    outputs,
    watched,
    draws,
    operators: finished.node.length,
    operatorTypes: new Set(finished.node.map((node) => node.opType)).size,
  }
}

function emptyData(node: Node): HostArray['data'] {
  return node.dtype === 'float32' ? new Float32Array(0) : node.dtype === 'int32' ? new Int32Array(0) : new Uint8Array(0)
}
