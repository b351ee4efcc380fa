// Fusion: decides which nodes become kernels of their own ("roots", whose values are stored) and which are computed
// inside the kernels that use them.
import { type HostArray, type HostData, type Node, sizeOf } from '@deep-recipe/core-tensor'
import type { HeavyOperation } from './lower-light.ts'

/** What fusion decided for the nodes of one graph. */
export interface Fusion {
  /** Nodes that get a kernel, or several. */
  readonly roots: ReadonlySet<Node>
  /** The one looping operation inside a root's kernel, when it is not the root itself. */
  readonly heavyOf: ReadonlyMap<Node, Node>
}

/** Limits and switches of fusion. */
export interface FusionOptions {
  /** Textures that a kernel may read. */
  readonly textureUnits: number
  /** False: every node is stored, for debugging. */
  readonly fuse: boolean
}

const heavyOperations: Readonly<Record<HeavyOperation, true>> = {
  sum: true, maxReduce: true, argMax: true, matmul: true, conv2d: true, convInputGradient: true,
  convFilterGradient: true, maxPool: true, maxPoolGradient: true, avgPool: true, avgPoolGradient: true,
  scatterAdd: true,
} // biome-ignore format: a list reads best by kind

const movements: ReadonlySet<string> = new Set(['reshape', 'permute', 'broadcast', 'slice', 'flip', 'stopGradient'])

const costly: ReadonlySet<string> = new Set([
  'exp', 'log', 'tanh', 'sigmoid', 'sin', 'cos', 'pow', 'random', 'gather', 'concat', 'pad',
]) // biome-ignore format: a list reads best by kind

/** Elements of an expression that a kernel may hold before it is cut in two. */
const largestKernel = 96

/** Whether a node loops over something. */
export function isHeavy(node: Node): boolean {
  return node.operation in heavyOperations
}

/** Matrix products and convolutions, which read each operand many times. */
export function isProduct(node: Node): boolean {
  const { operation } = node
  return (
    operation === 'matmul' ||
    operation === 'conv2d' ||
    operation === 'convInputGradient' ||
    operation === 'convFilterGradient'
  )
}

/** Whether a node is stored anyway: given from outside, or computed by a loop. */
export function isStored(node: Node): boolean {
  const { operation } = node
  return operation === 'input' || operation === 'constant' || operation === 'item' || operation === 'scan'
}

/** The value of all elements of a constant, when they are equal: it is then written into the shader. */
export function splatValue(node: Node): number | undefined {
  if (node.operation !== 'constant') return undefined
  const { value } = node.attributes
  if (!splats.has(value)) splats.set(value, findSplat(value.data))
  return splats.get(value)
}

/** Answers already found; constants never change. */
const splats = new WeakMap<HostArray, number | undefined>()

function findSplat(data: HostData): number | undefined {
  const first = data[0] ?? 0
  for (const number of data) if (!Object.is(number, first)) return undefined
  return first
}

/** Whether the result has the input's elements in the input's row-major order, computed one by one. */
function isTransparent(node: Node): boolean {
  return !isHeavy(node) && !isStored(node) && !(movements.has(node.operation) && !isOrderKeeping(node)) &&
    !['gather', 'concat', 'pad', 'random'].includes(node.operation)
} // biome-ignore format: one condition

function isOrderKeeping(node: Node): boolean {
  return node.operation === 'reshape' || node.operation === 'stopGradient'
}

/** Chooses the roots among `nodes` (in topological order); `outputs` must be stored. */
export function chooseRoots(nodes: readonly Node[], outputs: readonly Node[], options: FusionOptions): Fusion {
  const consumers = new Map<Node, Node[]>()
  for (const node of nodes) {
    for (const input of node.inputs) {
      const list = consumers.get(input)
      if (list) list.push(node)
      else consumers.set(input, [node])
    }
  }
  const roots = new Set<Node>(outputs.filter((node) => !isStored(node)))
  const heavyOf = new Map<Node, Node>()
  /** The root that alone uses a node at the same place, through elementwise steps only. */
  const home = new Map<Node, Node>()
  /** Inlined nodes that are computed more than once for each of their elements. */
  const repeated = new Set<Node>()
  for (const node of nodes.toReversed()) {
    if (isStored(node) || roots.has(node)) continue
    const users = consumers.get(node) ?? []
    const destination = commonHome(node, users, roots, home)
    if (!options.fuse) {
      roots.add(node)
    } else if (isHeavy(node)) {
      if (destination && !isHeavy(destination) && !heavyOf.has(destination)) {
        heavyOf.set(destination, node)
        home.set(node, destination)
      } else {
        roots.add(node)
      }
    } else {
      const repeats = users.some((user) => repeated.has(user) || repeatsElements(user, node))
      const choice = chooseInline(node, users, destination, repeats)
      if (choice === 'store') {
        roots.add(node)
        continue
      }
      if (destination) home.set(node, destination)
      if (repeats) repeated.add(node)
      if (choice === 'inline, store its source') {
        const source = sourceOf(node)
        if (source && !isStored(source)) roots.add(source)
      }
    }
  }
  splitLargeKernels(nodes, roots, heavyOf, options)
  return { roots, heavyOf }
}

function commonHome(
  node: Node,
  users: readonly Node[],
  roots: ReadonlySet<Node>,
  home: ReadonlyMap<Node, Node>,
): Node | undefined {
  let common: Node | undefined
  for (const user of users) {
    if (!isTransparent(user) || sizeOf(user.shape) !== sizeOf(node.shape)) return undefined
    const found = roots.has(user) ? user : home.get(user)
    if (!found || (common && common !== found)) return undefined
    common = found
  }
  return common
}

type Choice = 'store' | 'inline' | 'inline, store its source'

function chooseInline(node: Node, users: readonly Node[], destination: Node | undefined, repeats: boolean): Choice {
  if (users.some((user) => user.operation === 'scan')) return 'store'
  if (users.some(isReusing)) return movements.has(node.operation) ? 'inline, store its source' : 'store'
  if (destination) return 'inline'
  const single = users.length <= 1
  if (movements.has(node.operation)) return single && !repeats ? 'inline' : 'inline, store its source'
  if (single && !repeats) return 'inline'
  if (!costly.has(node.operation) && sourceOf(node) !== undefined) return 'inline, store its source'
  // Small work done again costs less than one draw more.
  const again = users.reduce((sum, user) => sum + Math.max(sizeOf(user.shape), sizeOf(node.shape)), 0)
  const perElement = (costly.has(node.operation) ? 16 : 1) + 2 * node.inputs.length
  return !isReusedDeeply(users) && perElement * again <= workOfDraw ? 'inline' : 'store'
}

/** Elements times operations that take about as long as starting a draw. */
const workOfDraw = 2 ** 17

/** Movement that reads elements more than once, or passes a node on to something that does. */
function repeatsElements(user: Node, node: Node): boolean {
  if (isHeavy(user) || user.operation === 'concat' || user.operation === 'pad') return false
  return sizeOf(user.shape) > sizeOf(node.shape)
}

/** Whether a loop would do the work again for each of its steps over something else. */
function isReusedDeeply(users: readonly Node[]): boolean {
  return users.some((user) => user.operation === 'gather' || user.operation === 'broadcast')
}

/** Operations that read each element of an operand many times. */
function isReusing(node: Node): boolean {
  const { operation } = node
  return isProduct(node) || operation.includes('Pool') || operation === 'scatterAdd'
}

/** The only operand that is not written into the shader, behind all movements; undefined when there are several. */
function sourceOf(node: Node): Node | undefined {
  const operands = new Set(node.inputs.map(skipMovements).filter((input) => splatValue(input) === undefined))
  const [source] = operands
  return operands.size <= 1 ? (source ?? node.inputs[0]) : undefined
}

function skipMovements(node: Node): Node {
  let source = node
  while (movements.has(source.operation)) source = source.inputs[0] as Node
  return source
}

/** Makes further roots where a kernel would read too many textures or grow too long. */
function splitLargeKernels(
  nodes: readonly Node[],
  roots: Set<Node>,
  heavyOf: Map<Node, Node>,
  { textureUnits }: FusionOptions,
): void {
  const reads = new Map<Node, ReadonlySet<Node>>()
  const lengths = new Map<Node, number>()
  const textureOf = (input: Node): ReadonlySet<Node> => {
    if (roots.has(input) || isStored(input)) return splatValue(input) === undefined ? new Set([input]) : new Set()
    return reads.get(input) ?? new Set()
  }
  const lengthOf = (input: Node): number => (roots.has(input) || isStored(input) ? 1 : (lengths.get(input) ?? 1))
  for (const node of nodes) {
    if (isStored(node)) continue
    for (;;) {
      const textures = new Set(node.inputs.flatMap((input) => [...textureOf(input)]))
      const length = node.inputs.reduce((sum, input) => sum + lengthOf(input), 1)
      // One unit is left for the place of the largest value that maxPoolGradient needs.
      if (textures.size < textureUnits && length <= largestKernel) {
        reads.set(node, textures)
        lengths.set(node, length)
        break
      }
      const inlined = node.inputs.filter((input) => !roots.has(input) && !isStored(input))
      const largest = inlined.sort((a, b) => lengthOf(b) - lengthOf(a))[0]
      if (!largest) {
        reads.set(node, textures)
        lengths.set(node, length)
        break
      }
      roots.add(largest)
      // A reduction inside the new root may be used on other ways too: it is stored, to be safe.
      for (const [root, heavy] of heavyOf) {
        if (heavy !== largest && !reaches(heavy, largest, roots)) continue
        roots.add(heavy)
        heavyOf.delete(root)
      }
    }
  }
}

/** Whether `target` uses `source` through nodes that are not stored. */
function reaches(source: Node, target: Node, roots: ReadonlySet<Node>): boolean {
  const stack = [...target.inputs]
  const seen = new Set<Node>()
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node === source) return true
    if (seen.has(node) || roots.has(node) || isStored(node)) continue
    seen.add(node)
    stack.push(...node.inputs)
  }
  return false
}
