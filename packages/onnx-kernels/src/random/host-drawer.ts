// The random draws of a run, made on the host: keys by the reference interpreter, words by the unrolled generator.
import {
  type Backend,
  type DeviceArray,
  type Executable,
  type HostData,
  openReference,
  type TensorType,
} from '@deep-recipe/core-tensor'
import type { HostDraws } from '../lower/host-draws.ts'
import { drawWords } from './draw-words.ts'
import { makeThreefryModule, type ThreefryModule } from './threefry-module.ts'

/** Makes the draws of one executable. */
export class HostDrawer {
  readonly #plan: HostDraws
  readonly #wanted: ReadonlySet<number>
  readonly #module: ThreefryModule = makeThreefryModule()
  readonly #reference: Backend
  readonly #seeds: Executable

  private constructor(plan: HostDraws, wanted: ReadonlySet<number>, reference: Backend, seeds: Executable) {
    this.#plan = plan
    this.#wanted = wanted
    this.#reference = reference
    this.#seeds = seeds
  }

  /** A drawer for the draws with the given numbers. */
  static async create(plan: HostDraws, wanted: ReadonlySet<number>): Promise<HostDrawer> {
    const reference = openReference()
    return new HostDrawer(plan, wanted, reference, await reference.compile(plan.seeds))
  }

  /** The wanted draws by number; `inputs` are the values of the graph's inputs. */
  async draw(inputs: readonly HostData[]): Promise<Map<number, Float32Array | Int32Array>> {
    const keys = await this.#computeKeys(inputs)
    const drawn = new Map<number, Float32Array | Int32Array>()
    for (const number of this.#wanted) {
      const { node, key, offset } = this.#plan.draws[number] as HostDraws['draws'][number]
      const size = node.shape.reduce((product, length) => product * length, 1)
      const out = node.attributes.kind === 'bits' ? new Int32Array(size) : new Float32Array(size)
      const [key0, key1] = keys[key] as HostData
      drawWords(this.#module, [key0 as number, key1 as number], keys[offset]?.[0] as number, out)
      drawn.set(number, out)
    }
    return drawn
  }

  dispose(): void {
    this.#seeds.dispose()
  }

  async #computeKeys(inputs: readonly HostData[]): Promise<HostData[]> {
    const { seeds, inputs: positions } = this.#plan
    const arrays: DeviceArray[] = positions.map((position, i) => {
      const { shape, dtype } = seeds.inputs[i] as TensorType
      return this.#reference.upload({ shape, dtype, data: inputs[position] as HostData })
    })
    const outputs = await this.#seeds.run(arrays)
    const keys = await Promise.all(outputs.map((output) => output.data()))
    for (const array of [...arrays, ...outputs]) array.dispose()
    return keys
  }
}
