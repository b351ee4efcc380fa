// compile: traces a function once per signature of its inputs, and runs it on a backend from then on.
import type { Backend, DeviceArray, Executable, ExecutableStats } from '../backend/backend.ts'
import { DTypeError, RecipeError, ShapeError, ValueError } from '../errors.ts'
import { findUndeclaredInputs, makeGraph } from '../graph/graph.ts'
import { type HostArray, type HostValue, toHostArray } from '../host/host-array.ts'
import { optimizeGraph } from '../passes/optimize.ts'
import { makeInput } from '../trace/build.ts'
import type { Graph } from '../trace/node.ts'
import { recordOrigins } from '../trace/origin.ts'
import { asTensor, Tensor, type TensorLike } from '../trace/tensor.ts'
import { formatType, type TensorType } from '../trace/types.ts'
import { type FlatTree, flattenList, flattenTree, type MapLeaves, unflattenList, unflattenTree } from './tree.ts'

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

interface Traced {
  readonly executable: Executable
  readonly result: unknown
}

/** A signature's place in the cache. It is freed when it has left the cache and no call uses it any more. */
interface Entry {
  readonly traced: Promise<Traced>
  /** Known once `traced` is settled. */
  executable?: Executable
  calls: number
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
  const entries = new Map<string, Entry>()
  const limit = checkCount('compile: cacheSize', options.cacheSize ?? 16, 1)
  for (const position of options.donate ?? []) checkCount('compile: donate', position, 0)

  const freeUnused = (entry: Entry): void => {
    if (entry.evicted && entry.calls === 0) entry.executable?.dispose()
  }
  const evict = (signature: string, entry: Entry): void => {
    if (entries.get(signature) === entry) entries.delete(signature)
    entry.evicted = true
    freeUnused(entry)
  }
  const prepare = async (args: readonly unknown[], flat: FlatTree<Feed>, types: TensorType[]): Promise<Traced> => {
    const trace = () => traceTypes(fn as (...args: never[]) => unknown, args, flat, types)
    const { graph, result } = options.debug ? recordOrigins(trace) : trace()
    const donate = donatedPositions(options.donate ?? [], flat)
    const debug = options.debug ?? false
    // Rewriting would move a non-finite value away from the line that made it: debug runs the graph as written.
    const executable = await backend.compile(debug ? graph : optimizeGraph(graph), { donate, debug })
    return { executable, result }
  }
  const lookUp = (args: readonly unknown[], flat: FlatTree<Feed>, types: TensorType[]): Entry => {
    const signature = `${flat.structure}|${types.map(formatType).join()}`
    const known = entries.get(signature)
    const entry: Entry = known ?? { traced: prepare(args, flat, types), calls: 0, evicted: false }
    // Last in the map is most recently used.
    entries.delete(signature)
    entries.set(signature, entry)
    if (!known) {
      entry.traced.then(
        ({ executable }) => {
          entry.executable = executable
        },
        () => evict(signature, entry),
      )
    }
    for (const [oldest, other] of entries) {
      if (entries.size <= limit) break
      evict(oldest, other)
    }
    return entry
  }

  const call = async (...args: readonly unknown[]): Promise<unknown> => {
    const flat = flattenList<Feed>(args)
    const arrays: DeviceArray[] = []
    const uploaded: DeviceArray[] = []
    try {
      flat.leaves.forEach((leaf, position) => {
        const array = isDeviceArray(leaf) ? leaf : upload(backend, leaf, flat.paths[position] as string)
        arrays.push(array)
        if (array !== leaf) uploaded.push(array)
      })
      const entry = lookUp(args, flat, arrays)
      entry.calls++
      try {
        const { executable, result } = await entry.traced
        return unflattenTree(result, await executable.run(arrays))
      } finally {
        entry.calls--
        freeUnused(entry)
      }
    } finally {
      for (const array of uploaded) array.dispose()
    }
  }
  return Object.assign(call, {
    stats: () => [...entries.values()].flatMap(({ executable }) => (executable ? [executable.stats] : [])),
    dispose: () => {
      for (const [signature, entry] of entries) evict(signature, entry)
    },
  }) as unknown as Compiled<Args, Result>
}

/** The graph of a function for example arguments (values, or tensors whose types count), as it is before any pass. */
export function traceGraph<Args extends readonly unknown[]>(fn: (...args: Args) => unknown, ...args: Args): Graph {
  const flat = flattenList<TensorLike>(args)
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
  const traced = unflattenList(
    args,
    inputs.map((input) => new Tensor(input)),
  )
  const result = fn(...(traced as never[]))
  const leaves = flattenTree<TensorLike>(result).leaves
  const promises = leaves.filter((leaf: unknown) => leaf instanceof Promise) as unknown as Promise<unknown>[]
  if (promises.length > 0) {
    // What they complain about, such as a tensor that was read, follows from the function's being async.
    for (const promise of promises) promise.catch(() => undefined)
    throw new RecipeError({
      what: 'compile',
      expected: 'a synchronous function of tensors',
      received: 'an async one',
      remedy: 'Read values outside, and pass them as arguments.',
    })
  }
  const outputs = leaves.map((leaf) => asTensor(leaf).node)
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

function upload(backend: Backend, leaf: HostValue, path: string): DeviceArray {
  if ((leaf as unknown) instanceof Tensor) {
    throw new DTypeError({
      what: `Calling a compiled function: argument ${path}`,
      expected: 'a value',
      received: 'a Tensor, which is a computation still to be done',
      remedy: 'Compute it first with evaluate(backend, tensor), or call the plain function inside another one.',
    })
  }
  return backend.upload(readArgument(leaf, path))
}

/** The value of an argument; complaints name it. */
function readArgument(leaf: HostValue, path: string): HostArray {
  try {
    return toHostArray(leaf)
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error
    const { expected, received, remedy } = error
    const what = `Calling a compiled function: argument ${path}`
    throw new (error instanceof ShapeError ? ShapeError : DTypeError)({ what, expected, received, remedy })
  }
}

function checkCount(what: string, count: number, least: number): number {
  if (Number.isInteger(count) && count >= least) return count
  throw new ValueError({
    what,
    expected: `whole numbers from ${least} on`,
    received: String(count),
    remedy: least === 0 ? 'Name arguments by their positions, from 0.' : 'Leave it out for the default.',
  })
}

/** Whether a value lives on a backend. */
export function isDeviceArray(value: unknown): value is DeviceArray {
  return typeof value === 'object' && value !== null && 'backend' in value && 'dispose' in value
}

/** Flat positions of the leaves of donated arguments. */
function donatedPositions(args: readonly number[], flat: FlatTree<unknown>): number[] {
  return flat.paths.flatMap((path, position) => (args.includes(Number(path.split('.')[0])) ? [position] : []))
}
