// Random graphs: primitives of all kinds put together in ways that nobody would write down, reproducible from a seed.
//
// Two things are kept track of, so that a graph has one right answer. Every float has a bound on its size, and grows no
// further than rounding errors stay harmless. And it is `exact` or not: where a result jumps (floor, comparisons,
// casts), a last digit that differs would change it altogether, so only exact numbers go there.
import {
  type DType,
  type Graph,
  HostRandom,
  makeConstant,
  makeGraph,
  makeInput,
  makeItem,
  makeNode,
  type Node,
  type NodeOf,
  type Shape,
  sameShape,
  sizeOf,
  toHostArray,
} from '@deep-recipe/core-tensor'
import type { Sample } from './case.ts'
import { type Draw, type Entry, type Grow, growers } from './random-growth.ts'

/** Floats beyond this are scaled down. */
const largestBound = 30
/** Larger tensors make slow tests, not better ones. */
const largestSize = 3000

class RandomGraph implements Draw {
  readonly random: HostRandom
  readonly entries: Entry[] = []
  readonly #inputs: NodeOf<'input'>[] = []
  readonly #values: Sample['inputs'][number][] = []

  constructor(seed: number) {
    this.random = new HostRandom(seed)
  }

  get sample(): Sample {
    return { graph: makeGraph(this.#inputs, this.#chooseOutputs()), inputs: this.#values }
  }

  below(limit: number): number {
    return this.random.integer(limit)
  }

  choose<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }

  shape(lowestRank = 0, highestRank = 4): Shape {
    const rank = lowestRank + this.below(highestRank - lowestRank + 1)
    return Array.from({ length: rank }, () => 1 + this.below(7))
  }

  /** A value that is there already, with a liking for late ones. */
  pick(dtype: DType, fits: (entry: Entry) => boolean = () => true): Entry {
    const candidates = this.entries.filter((entry) => entry.node.dtype === dtype && fits(entry))
    if (candidates.length === 0) return this.input(this.shape(1), dtype)
    const late = Math.max(this.below(candidates.length), this.below(candidates.length))
    return candidates[late] as Entry
  }

  /** A value of just this shape: one that is there, one that is broadcast, or a new input. */
  match(shape: Shape, dtype: DType, needsExact = false): Entry {
    const fits = (entry: Entry): boolean => sameShape(entry.node.shape, shape) && (entry.exact || !needsExact)
    const same = this.entries.filter((entry) => entry.node.dtype === dtype && fits(entry))
    if (same.length > 0 && this.below(4) > 0) return this.choose(same)
    if (shape.length > 0 && this.below(2) === 0) {
      const narrow = shape.map((size) => (this.below(2) === 0 ? 1 : size))
      const entry = this.input(narrow, dtype)
      return { ...entry, node: makeNode('broadcast', [entry.node], { shape }) }
    }
    return this.input(shape, dtype)
  }

  input(shape: Shape, dtype: DType, below = 10): Entry {
    const draw = (): number =>
      dtype === 'float32'
        ? Math.max(-2, Math.min(2, this.random.normal()))
        : dtype === 'int32'
          ? this.below(below)
          : this.below(2)
    const value = toHostArray(Array.from({ length: sizeOf(shape) }, draw), { dtype, shape })
    const entry = { exact: true, bound: dtype === 'float32' ? 2 : below }
    if (this.below(8) === 0) return this.add({ ...entry, node: makeConstant(value) })
    const node = makeInput(`input${this.#inputs.length + 1}`, value)
    this.#inputs.push(node)
    this.#values.push(value)
    return this.add({ ...entry, node })
  }

  /** A number in every place of a shape. */
  fill(number: number, shape: Shape): Node {
    const constant = makeConstant(toHostArray([number], { dtype: 'float32', shape: shape.map(() => 1) }))
    return shape.length > 0 ? makeNode('broadcast', [constant], { shape }) : constant
  }

  add(entry: Entry): Entry {
    const { node, bound } = entry
    const grown = node.dtype === 'float32' && bound > largestBound
    const kept = grown
      ? { node: makeNode('mul', [node, this.fill(1 / bound, node.shape)], {}), exact: false, bound: 1 }
      : entry
    this.entries.push(kept)
    return kept
  }

  grow(): void {
    const grower: Grow = this.choose(growers)
    const grown = grower(this)
    if (grown && sizeOf(grown.node.shape) <= largestSize) this.add(grown)
  }

  /** A few values that nothing reads, sometimes one that something reads, an input, or one twice. */
  #chooseOutputs(): Node[] {
    const read = new Set(this.entries.flatMap(({ node }) => node.inputs))
    const ends = this.entries.map(({ node }) => node).filter((node) => !read.has(node) && node.operation !== 'input')
    const outputs = ends.slice(-3)
    if (this.below(3) === 0) outputs.push(this.choose(this.entries).node)
    const [first] = outputs
    if (first && this.below(8) === 0) outputs.push(first)
    return outputs.length > 0 ? outputs : [(this.entries.at(-1) as Entry).node]
  }
}

/** The random graph of a seed. */
export function generateGraph(seed: number): Sample {
  const graph = new RandomGraph(seed)
  for (let i = 0; i < 2; i++) graph.input(graph.shape(1), 'float32')
  const steps = 6 + graph.below(40)
  for (let step = 0; step < steps; step++) graph.grow()
  return graph.sample
}

/** The same graph with every float it computes as an output, to find the first that is wrong. */
export function exposeNodes(graph: Graph): Graph {
  const visible = graph.nodes.flatMap((node): Node[] => {
    if (node.operation === 'input' || node.operation === 'constant') return []
    return node.operation === 'scan' ? node.results.map((_, index) => makeItem(node, index)) : [node]
  })
  return makeGraph(graph.inputs, visible)
}
