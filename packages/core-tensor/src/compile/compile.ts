// compile: traces a function once per signature of its inputs, and runs it on a backend from then on.
import type { Backend, DeviceArray, Executable, ExecutableStats } from '../backend/backend.ts'
import { DTypeError, RecipeError } from '../errors.ts'
import { findUndeclaredInputs, makeGraph } from '../graph/graph.ts'
import { type HostValue, toHostArray } from '../host/host-array.ts'
import { optimizeGraph } from '../passes/optimize.ts'
import { makeInput } from '../trace/build.ts'
import type { Graph } from '../trace/node.ts'
import { recordOrigins } from '../trace/origin.ts'
import { asTensor, Tensor, type TensorLike } from '../trace/tensor.ts'
import { formatType, type TensorType } from '../trace/types.ts'
import { type FlatTree, flattenTree, type MapLeaves, unflattenTree } from './tree.ts'

/** What stands for a tensor when a compiled function is called. */
export type Feed = DeviceArray | HostValue

/** Options of `compile`. */
export interface CompileOptions {
  /** Positions of arguments whose device arrays the call may consume. They cannot be used afterwards. */
  readonly donate?: readonly number[]
  /** Stop at the first non-finite value, and say which node made it and where that was built. Slower. */
  readonly debug?: boolean
  /** How many signatures to keep ready; the least recently used is freed. Default 16. */
  readonly cacheSize?: number
}

/** A function that runs on a backend. */
export interface Compiled<Args extends readonly unknown[], Result> {
  (
    ...args: { [Position in keyof Args]: MapLeaves<Args[Position], Tensor, Feed> }
  ): Promise<MapLeaves<Result, Tensor, DeviceArray>>
  /** Statistics of what is compiled at present, one entry per signature. */
  stats(): ExecutableStats[]
  /** Frees everything; a later call compiles again. */
  dispose(): void
}

interface Entry {
  readonly executable: Executable
  readonly result: unknown
  running: number
  evicted: boolean
}

/**
 * Compiles a pure function of tensors for a backend.
 *
 * It is traced at the first call with each signature (structure, shapes and dtypes of the arguments). Arguments are trees;
 * their leaves may be device arrays (kept), or host values (uploaded for the call).
 *
 * @throws RecipeError for leaves that are not values, and whatever the function's operations throw.
 *
 * ```ts
 * const backend = openReference()
 * const squares = compile(backend, (x: Tensor) => x.square().sum())
 * console.log(await (await squares([1, 2, 3])).array()) // 14
 * ```
 */
export function compile<Args extends readonly unknown[], Result>(
  backend: Backend,
  fn: (...args: Args) => Result,
  options: CompileOptions = {},
): Compiled<Args, Result> {
  const entries = new Map<string, Promise<Entry>>()
  const ready = new Set<Entry>()
  const limit = options.cacheSize ?? 16

  const release = async (pending: Promise<Entry>): Promise<void> => {
    const entry = await pending
    entry.evicted = true
    ready.delete(entry)
    if (entry.running === 0) entry.executable.dispose()
  }
  const prepare = async (args: readonly unknown[], flat: FlatTree<Feed>, types: TensorType[]): Promise<Entry> => {
    const trace = () => traceTypes(fn as (...args: never[]) => unknown, args, flat, types)
    const { graph, result } = options.debug ? recordOrigins(trace) : trace()
    const donate = donatedPositions(options.donate ?? [], flat)
    const debug = options.debug ?? false
    // Rewriting would move a non-finite value away from the line that made it: debug runs the graph as written.
    const executable = await backend.compile(debug ? graph : optimizeGraph(graph), { donate, debug })
    const entry: Entry = { executable, result, running: 0, evicted: false }
    ready.add(entry)
    return entry
  }
  const lookUp = (args: readonly unknown[], flat: FlatTree<Feed>, types: TensorType[]): Promise<Entry> => {
    const signature = `${flat.structure}|${types.map(formatType).join()}`
    const known = entries.get(signature)
    const entry = known ?? prepare(args, flat, types)
    // Last in the map is most recently used.
    entries.delete(signature)
    entries.set(signature, entry)
    if (!known) entry.catch(() => entries.delete(signature))
    for (const [oldest, pending] of entries) {
      if (entries.size <= limit) break
      entries.delete(oldest)
      release(pending).catch(() => undefined)
    }
    return entry
  }

  const call = async (...args: readonly unknown[]): Promise<unknown> => {
    const flat = flattenTree<Feed>(args)
    const fed = flat.leaves.map((leaf, position) => feed(backend, leaf, flat.paths[position] as string))
    try {
      const entry = await lookUp(
        args,
        flat,
        fed.map(({ array }) => array),
      )
      entry.running++
      try {
        const outputs = await entry.executable.run(fed.map(({ array }) => array))
        return unflattenTree(entry.result, outputs)
      } finally {
        entry.running--
        if (entry.evicted && entry.running === 0) entry.executable.dispose()
      }
    } finally {
      for (const { array, temporary } of fed) if (temporary) array.dispose()
    }
  }
  return Object.assign(call, {
    stats: () => [...ready].map((entry) => entry.executable.stats),
    dispose: () => {
      for (const pending of entries.values()) release(pending).catch(() => undefined)
      entries.clear()
    },
  }) as unknown as Compiled<Args, Result>
}

/** The graph of a function for example arguments (values, or tensors whose types count), as it is before any pass. */
export function traceGraph<Args extends readonly unknown[]>(fn: (...args: Args) => unknown, ...args: Args): Graph {
  const flat = flattenTree<TensorLike>(args)
  const types = flat.leaves.map((leaf) => asTensor(leaf).node)
  return traceTypes(fn as (...args: never[]) => unknown, args, flat, types).graph
}

/** Computes a tree of tensors on a backend; the tensors depend on known values only. */
export async function evaluate<T>(backend: Backend, tree: T): Promise<MapLeaves<T, Tensor, DeviceArray>> {
  const run = compile(backend, () => tree)
  try {
    return await run()
  } finally {
    run.dispose()
  }
}

function traceTypes(
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  flat: Pick<FlatTree<unknown>, 'paths'>,
  types: readonly TensorType[],
): { graph: Graph; result: unknown } {
  const inputs = types.map((type, position) => makeInput(flat.paths[position] as string, type))
  const traced = unflattenTree(
    args,
    inputs.map((input) => new Tensor(input)),
  ) as never[]
  const result = fn(...traced)
  if (result instanceof Promise) {
    throw new RecipeError({
      what: 'compile',
      expected: 'a synchronous function of tensors',
      received: 'an async one',
      remedy: 'Read values outside, and pass them as arguments.',
    })
  }
  const outputs = flattenTree<TensorLike>(result).leaves.map((leaf) => asTensor(leaf).node)
  const graph = makeGraph(inputs, outputs)
  const foreign = findUndeclaredInputs(graph)[0]
  if (foreign) {
    throw new RecipeError({
      what: 'compile',
      expected: 'a function of its arguments and of known values',
      received: `one that uses ${foreign.attributes.name}, traced elsewhere`,
      remedy: 'Pass it as an argument.',
    })
  }
  return { graph, result }
}

function feed(backend: Backend, leaf: Feed, path: string): { array: DeviceArray; temporary: boolean } {
  if (isDeviceArray(leaf)) return { array: leaf, temporary: false }
  if ((leaf as unknown) instanceof Tensor) {
    throw new DTypeError({
      what: `Calling a compiled function: argument ${path}`,
      expected: 'a value',
      received: 'a Tensor, which is a computation still to be done',
      remedy: 'Compute it first with evaluate(backend, tensor), or call the plain function inside another one.',
    })
  }
  return { array: backend.upload(toHostArray(leaf)), temporary: true }
}

/** Whether a value lives on a backend. */
export function isDeviceArray(value: unknown): value is DeviceArray {
  return typeof value === 'object' && value !== null && 'backend' in value && 'dispose' in value
}

/** Flat positions of the leaves of donated arguments. */
function donatedPositions(args: readonly number[], flat: FlatTree<unknown>): number[] {
  return flat.paths.flatMap((path, position) => (args.includes(Number(path.split('.')[0])) ? [position] : []))
}
