// A graph made ready for ONNX Runtime: feeds inputs, random draws and large constants, and hands out the results.
import {
  type BackendCompileOptions,
  BackendError,
  checkRunInputs,
  type DeviceArray,
  type Executable,
  type ExecutableStats,
  type Graph,
  type HostArray,
  type TensorType,
} from '@deep-recipe/core-tensor'
import type { HostDraw } from '../lower/host-draws.ts'
import type { LoweredGraph, OutputSource } from '../lower/lower-graph.ts'
import { HostDrawer } from '../random/host-drawer.ts'
import type { UpdatePlan } from '../update/plan-updates.ts'
import { Updater } from '../update/updater.ts'
import { checkFinite } from './non-finite.ts'
import { type ExecutableHolder, OnnxArray } from './onnx-array.ts'
import type { OrtSession, OrtTensor, TensorData } from './runtime.ts'
import { Storage } from './storage.ts'

/** What a run needs besides its inputs. */
interface Parts {
  readonly session: OrtSession | undefined
  readonly drawer: HostDrawer | undefined
  readonly constants: ReadonlyMap<HostArray, Storage>
  readonly updater: Updater
  readonly release: () => void
}

/** A graph in its two parts: what the runtime computes, and the updates after it. */
export interface PreparedGraph {
  /** The whole graph. */
  readonly graph: Graph
  readonly lowered: LoweredGraph
  readonly plan: UpdatePlan
}

export class OnnxExecutable implements Executable {
  readonly stats: ExecutableStats
  readonly #backend: ExecutableHolder
  readonly #graph: Graph
  readonly #lowered: LoweredGraph
  readonly #plan: UpdatePlan
  readonly #donate: readonly number[]
  #parts: Parts | undefined

  constructor(
    backend: ExecutableHolder,
    { graph, lowered, plan }: PreparedGraph,
    parts: Parts,
    { donate, compileMilliseconds }: { donate: readonly number[]; compileMilliseconds: number },
  ) {
    this.#backend = backend
    this.#graph = graph
    this.#lowered = lowered
    this.#plan = plan
    this.#donate = donate
    this.#parts = parts
    // ONNX Runtime plans the intermediate buffers itself and does not tell their size.
    this.stats = {
      kernels: lowered.operators + plan.updates.length,
      programs: lowered.operatorTypes,
      bytes: 0,
      compileMilliseconds,
    }
  }

  async run(inputs: readonly DeviceArray[]): Promise<DeviceArray[]> {
    const parts = this.#checkAlive()
    checkRunInputs(this.#backend, this.#graph.inputs, inputs)
    // The run owns its inputs too: they may be disposed while it waits for its turn.
    const storages = (inputs as readonly OnnxArray[]).map((array) => array.storage.retain())
    const owned = [...storages]
    try {
      const draws = parts.drawer ? await this.#draw(parts.drawer, storages) : new Map<number, Storage>()
      for (const draw of draws.values()) owned.push(draw.retain())
      const find = await this.#compute(parts, storages, draws)
      for (const { node, source } of this.#lowered.watched) checkFinite(node, find(source).tensor.data as TensorData)
      const outputs = this.#makeOutputs(parts.updater, storages, find, owned)
      for (const position of this.#donate) inputs[position]?.dispose()
      return outputs
    } finally {
      for (const storage of owned) storage.release()
    }
  }

  /** The arrays of all outputs; storages that were only read by updates are added to `owned`. */
  #makeOutputs(
    updater: Updater,
    inputs: readonly Storage[],
    find: (source: OutputSource) => Storage,
    owned: Storage[],
  ): DeviceArray[] {
    const { outputs, updates } = this.#plan
    const found = this.#lowered.outputs.map(find)
    const make = (position: number, storage: Storage): OnnxArray =>
      new OnnxArray(this.#backend, this.#graph.outputs[position] as TensorType, storage)
    // These first: whatever they hold is not overwritten.
    const arrays = new Map<number, OnnxArray>()
    outputs.forEach((place, position) => {
      if ('output' in place) arrays.set(position, make(position, found[place.output] as Storage))
    })
    const read = updates.map((update) => update.arrays.map((position) => found[position] as Storage))
    const donated = new Set(this.#donate.map((position) => inputs[position] as Storage))
    // Several values may be in one storage. Nobody has what the session has just made; a donated array is held by its owner
    // and by this run.
    const isFree = (storage: Storage): boolean =>
      read.filter((storages) => storages.includes(storage)).length === 1 &&
      (storage.isHeldBy(0) || (donated.has(storage) && storage.isHeldBy(2)))
    const free = new Set(read.flat().filter(isFree))
    for (const storage of new Set(read.flat())) owned.push(storage.retain())
    const results = updates.map(({ scalars, shape }, number) => {
      const storages = read[number] as Storage[]
      const sources = storages.map((storage, source) => ({
        data: storage.tensor.data as Float32Array,
        isFree: free.has(storage) && storages.indexOf(storage) === source,
      }))
      const values = scalars.map((position) => ((found[position] as Storage).tensor.data as TensorData)[0] as number)
      return updater.run(number, sources, values).map(({ data, source }) => {
        if (source !== undefined) return storages[source] as Storage
        return new Storage(this.#backend.runtime.createTensor('float32', data, shape))
      })
    })
    return outputs.map((place, position) => {
      if ('output' in place) return arrays.get(position) as OnnxArray
      return make(position, (results[place.update] as Storage[])[place.result] as Storage)
    })
  }

  /** Runs the session, and gives the way to each value that is wanted. */
  async #compute(
    { session, constants }: Parts,
    inputs: readonly Storage[],
    draws: ReadonlyMap<number, Storage>,
  ): Promise<(source: OutputSource) => Storage> {
    const results = new Map<string, Storage>()
    const find = (source: OutputSource): Storage => {
      if ('name' in source) return results.get(source.name) as Storage
      if ('input' in source) return inputs[source.input] as Storage
      return ('draw' in source ? draws.get(source.draw) : constants.get(source.constant)) as Storage
    }
    if (session) {
      const feeds: Record<string, OrtTensor> = {}
      for (const { name, source } of this.#lowered.feeds) feeds[name] = find(source).tensor
      for (const [name, tensor] of Object.entries(await runSession(session, feeds))) {
        results.set(name, new Storage(tensor))
      }
    }
    return find
  }

  dispose(): void {
    this.#parts?.drawer?.dispose()
    this.#parts?.release()
    this.#parts = undefined
  }

  #checkAlive(): Parts {
    this.#backend.checkOpen('Executable.run')
    if (this.#parts) return this.#parts
    throw new BackendError({
      what: 'Executable.run',
      expected: 'an executable that is still alive',
      received: 'one that was disposed',
      remedy: 'Compile the graph again.',
    })
  }

  async #draw(drawer: HostDrawer, inputs: readonly Storage[]): Promise<Map<number, Storage>> {
    const { draws } = this.#lowered.draws
    const drawn = new Map<number, Storage>()
    for (const [number, data] of await drawer.draw(inputs.map(({ tensor }) => tensor.data as TensorData))) {
      const { node } = draws[number] as HostDraw
      const { dtype, shape } = node
      drawn.set(number, new Storage(this.#backend.runtime.createTensor(dtype, data, shape)))
    }
    return drawn
  }
}

/** Makes a lowered graph ready: its session, the constants that it is fed, and the means to draw. */
export async function createExecutable(
  backend: ExecutableHolder,
  prepared: PreparedGraph,
  { donate = [] }: BackendCompileOptions,
  start: number,
): Promise<OnnxExecutable> {
  const { lowered, plan } = prepared
  const sources: readonly OutputSource[] = [
    ...lowered.feeds.map((feed) => feed.source),
    ...lowered.outputs,
    ...lowered.watched.map((watched) => watched.source),
  ]
  const constants = new Map<HostArray, Storage>()
  const wantedDraws = new Set<number>()
  for (const source of sources) {
    if ('draw' in source) wantedDraws.add(source.draw)
    if (!('constant' in source)) continue
    const { dtype, shape, data } = source.constant
    // The executable owns it: it outlives the arrays that show it.
    constants.set(source.constant, new Storage(backend.runtime.createTensor(dtype, data as TensorData, shape)).retain())
  }
  const drawer = wantedDraws.size > 0 ? await HostDrawer.create(lowered.draws, wantedDraws) : undefined
  const acquired = lowered.model
    ? await acquireSession(backend, lowered.model)
    : { session: undefined, release: () => undefined }
  const parts: Parts = { ...acquired, drawer, constants, updater: new Updater(plan.updates) }
  return new OnnxExecutable(backend, prepared, parts, {
    donate,
    compileMilliseconds: performance.now() - start,
  })
}

async function acquireSession(
  backend: ExecutableHolder,
  model: Uint8Array,
): Promise<{ session: OrtSession; release: () => void }> {
  try {
    return await backend.sessions.acquire(model)
  } catch (error) {
    throw new BackendError(
      {
        what: 'Compiling for ONNX Runtime',
        expected: 'a model that it accepts',
        received: error instanceof Error ? error.message : String(error),
        remedy: 'Run this graph on another backend, and report it: a valid graph must run.',
      },
      { cause: error },
    )
  }
}

async function runSession(
  session: OrtSession,
  feeds: Readonly<Record<string, OrtTensor>>,
): Promise<Readonly<Record<string, OrtTensor>>> {
  try {
    return await session.run(feeds, session.outputNames)
  } catch (error) {
    throw new BackendError(
      {
        what: 'Running on ONNX Runtime',
        expected: 'indices in range and enough memory',
        received: error instanceof Error ? error.message : String(error),
        remedy: 'Run the same graph on the reference backend, which names the operation and the index.',
      },
      { cause: error },
    )
  }
}
