// An executable: the plan of a graph with its programs and textures, and the loop that draws.
import {
  type BackendCompileOptions,
  BackendError,
  checkRunInputs,
  type DeviceArray,
  type Executable,
  type ExecutableStats,
  type Graph,
  NonFiniteError,
  sizeOf,
} from '@deep-recipe/core-tensor'
import type { DeviceProgram, DeviceTexture, DrawRows, GlDevice, TexturePlace } from '../device/device.ts'
import {
  type Buffer,
  countKernels,
  type Kernel,
  listKernels,
  type PlanLoop,
  type PlanStep,
  placeOfBuffer,
} from '../kernel/kernel.ts'
import { type PlannedGraph, planGraph } from '../plan/plan-graph.ts'
import { planTextures } from '../plan/plan-textures.ts'
import { generateShader } from '../shader/generate.ts'
import { type ArrayMaker, GlArray, SharedTexture } from './gl-array.ts'

/** A kernel made ready. */
interface ReadyKernel {
  readonly kernel: Kernel
  readonly program: DeviceProgram
  readonly inputs: readonly number[]
}

/** See the head of this file. */
export class GlExecutable implements Executable {
  readonly stats: ExecutableStats
  readonly #backend: ArrayMaker
  readonly #device: GlDevice
  readonly #graph: Graph
  readonly #options: BackendCompileOptions
  readonly #plan: PlannedGraph
  readonly #ready = new Map<Kernel, ReadyKernel>()
  /** Where each buffer lies; inputs, outputs and aliases lie elsewhere in every run. */
  readonly #places: (TexturePlace | undefined)[] = []
  /** The parts of each sheet. */
  readonly #parts = new Map<number, readonly Buffer[]>()
  readonly #own: DeviceTexture[] = []
  readonly #onDispose: () => void
  #disposed = false

  constructor(backend: ArrayMaker, graph: Graph, options: BackendCompileOptions, onDispose: () => void) {
    const started = performance.now()
    this.#backend = backend
    this.#device = backend.device
    this.#graph = graph
    this.#options = options
    this.#onDispose = onDispose
    const { limits } = this.#device
    this.#plan = planGraph(graph, { ...limits, fuse: !options.debug })
    const { arena, buffers, steps } = this.#plan
    for (const buffer of buffers) {
      if (buffer.part) this.#parts.set(buffer.part.sheet, [...(this.#parts.get(buffer.part.sheet) ?? []), buffer])
    }
    for (const kernel of listKernels(steps)) {
      const { source, inputs } = generateShader(arena, kernel, buffers, limits)
      this.#ready.set(kernel, { kernel, program: this.#device.program(source), inputs })
    }
    const bytes = this.#makeTextures()
    const programs = new Set([...this.#ready.values()].map(({ program }) => program))
    this.#device.checkPrograms(programs)
    this.stats = {
      kernels: countKernels(steps),
      programs: programs.size,
      bytes,
      compileMilliseconds: performance.now() - started,
    }
  }

  #makeTextures(): number {
    const { buffers, steps } = this.#plan
    const { slots, slotOf, bytes } = planTextures(buffers, steps, ({ kernel }) => this.#ready.get(kernel)?.inputs ?? [])
    const textures = slots.map(({ width, height, integer }) => this.#device.acquire(width, height, integer))
    this.#own.push(...textures)
    for (const [buffer, slot] of slotOf) this.#setTexture(buffer, textures[slot] as DeviceTexture)
    const read = new Set([...this.#ready.values()].flatMap(({ inputs }) => inputs))
    const carried = collectInitials(steps)
    for (const { id, role, layout, dtype } of buffers) {
      if (role.kind !== 'constant' || !(read.has(id) || carried.has(id))) continue
      const texture = this.#device.acquire(layout.width, layout.height, dtype === 'int32')
      this.#device.write(texture, role.value.data)
      this.#own.push(texture)
      this.#setTexture(id, texture)
    }
    return bytes
  }

  #setTexture(buffer: number, texture: DeviceTexture): void {
    this.#places[buffer] = { texture, row: 0 }
    for (const part of this.#parts.get(buffer) ?? []) {
      this.#places[part.id] = { texture, row: part.part?.row ?? 0 }
    }
  }

  async run(inputs: readonly DeviceArray[]): Promise<DeviceArray[]> {
    if (this.#disposed) {
      throw new BackendError({
        what: 'Executable.run',
        expected: 'an executable that is still alive',
        received: 'a disposed one',
        remedy: 'Compile the graph again.',
      })
    }
    this.#device.check()
    checkRunInputs(this.#backend, this.#graph.inputs, inputs)
    inputs.forEach((array, position) => {
      this.#places[this.#plan.inputs[position] as number] = (array as GlArray).place
    })
    const outputs = this.#createOutputs()
    try {
      this.#runSteps(this.#plan.steps, [])
      this.#device.flush()
    } catch (error) {
      for (const array of outputs) array.dispose()
      throw error
    }
    for (const position of this.#options.donate ?? []) inputs[position]?.dispose()
    return outputs
  }

  /** An array for each output; those that one kernel writes lie in one texture. */
  #createOutputs(): GlArray[] {
    const { buffers, outputs } = this.#plan
    const sheets = new Map<number, SharedTexture>()
    return this.#graph.outputs.map((output, position) => {
      const id = outputs[position] as number
      const { sheet, row } = placeOfBuffer(buffers, id)
      if (sheet === id) {
        const array = this.#backend.createArray(output)
        this.#places[id] = array.place
        return array
      }
      const { layout, dtype } = buffers[sheet] as Buffer
      const shared =
        sheets.get(sheet) ??
        new SharedTexture(this.#device, this.#device.acquire(layout.width, layout.height, dtype === 'int32'))
      if (!sheets.has(sheet)) this.#setTexture(sheet, shared.texture)
      sheets.set(sheet, shared)
      return new GlArray(this.#backend, output, shared, row)
    })
  }

  #runSteps(steps: readonly PlanStep[], counters: readonly number[]): void {
    for (const step of steps) {
      if (step.kind === 'kernel') this.#draw(step.kernel, counters)
      else this.#runLoop(step.loop, counters)
    }
  }

  #runLoop({ length, reverse, carries, steps }: PlanLoop, counters: readonly number[]): void {
    for (let n = 0; n < length; n++) {
      const even = n % 2 === 0
      for (const { initial, current, target, first, second } of carries) {
        this.#places[current] = this.#places[n === 0 ? initial : even ? second : first]
        this.#places[target] = this.#places[even ? first : second]
      }
      this.#runSteps(steps, [...counters, reverse ? length - 1 - n : n])
    }
  }

  #draw(kernel: Kernel, counters: readonly number[]): void {
    const { program, inputs } = this.#ready.get(kernel) as ReadyKernel
    const { layout, slice } = kernel
    const rows: DrawRows = { first: slice >= 0 ? (counters[slice] as number) * layout.rows : 0, count: layout.height }
    const places = inputs.map((buffer) => this.#place(buffer))
    this.#device.draw(program, places, this.#place(kernel.output).texture, rows, counters)
    if (this.#options.debug) this.#checkFinite(kernel)
  }

  #place(buffer: number): TexturePlace {
    const place = this.#places[buffer]
    if (place) return place
    throw new RangeError(`Buffer ${buffer} has no texture`)
  }

  /** Debug mode: stops at the first node with a value that is NaN or infinite. */
  #checkFinite(kernel: Kernel): void {
    const { dtype, layout } = this.#plan.buffers[kernel.output] as Buffer
    const node = this.#plan.origins.get(kernel.output)
    if (dtype !== 'float32' || !node) return
    const place = this.#place(kernel.output)
    const data = this.#device.read(place, place.texture.width * place.texture.height * 4, dtype)
    const count = kernel.slice >= 0 ? data.length : sizeOf(layout.lengths)
    for (let i = 0; i < count; i++) {
      const value = data[i] as number
      if (Number.isFinite(value)) continue
      throw new NonFiniteError(
        {
          what: `${node.operation} with the result [${node.shape.join(', ')}]`,
          expected: 'finite numbers',
          received: `${value}`,
          remedy: 'Look at the inputs of this operation: a division by 0, the logarithm of 0, or a step too long.',
        },
        { cause: node.origin },
      )
    }
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    for (const { program } of this.#ready.values()) this.#device.releaseProgram(program)
    for (const texture of this.#own) this.#device.release(texture)
    this.#onDispose()
  }
}

/** First carries of all loops: constants among them need textures although no kernel names them. */
function collectInitials(steps: readonly PlanStep[], found: Set<number> = new Set()): Set<number> {
  for (const step of steps) {
    if (step.kind === 'kernel') continue
    for (const { initial } of step.loop.carries) found.add(initial)
    collectInitials(step.loop.steps, found)
  }
  return found
}
