// Runs the updates of a graph after the runtime has done the rest, in the memory of arrays that nobody needs any more.
import { type HostArray, sizeOf } from '@deep-recipe/core-tensor'
import type { Update } from './plan-updates.ts'
import { assembleUpdate, makeUpdateModule, pieceLength, type UpdateModule } from './update-module.ts'

/** An array that an update reads. */
export interface UpdateSource {
  readonly data: Float32Array
  /** Whether nobody reads it afterwards: then results may take its place. */
  readonly isFree: boolean
}

/** A result, and the array whose place it took, if it did. */
export interface UpdateResult {
  readonly data: Float32Array
  readonly source: number | undefined
}

/** Updates of one executable; equal arithmetic shares a module. */
export class Updater {
  readonly #modules: readonly UpdateModule[]
  readonly #updates: readonly Update[]

  constructor(updates: readonly Update[]) {
    const known = new Map<string, UpdateModule>()
    this.#updates = updates
    this.#modules = updates.map(({ arrays, scalars, instructions, results }) => {
      const bytes = assembleUpdate(arrays.length, scalars.length, instructions, results)
      const key = Buffer.from(bytes).toString('latin1')
      const module = known.get(key) ?? makeUpdateModule(bytes)
      known.set(key, module)
      return module
    })
  }

  /** The results of one update. */
  run(number: number, sources: readonly UpdateSource[], scalars: readonly HostArray['data'][number][]): UpdateResult[] {
    const { shape, results } = this.#updates[number] as Update
    const size = sizeOf(shape)
    const { memory, run } = this.#modules[number] as UpdateModule
    const free = sources.flatMap(({ isFree }, source) => (isFree ? [source] : []))
    const found = results.map((): UpdateResult => {
      const source = free.shift()
      return { data: source === undefined ? new Float32Array(size) : (sources[source] as UpdateSource).data, source }
    })
    const slots = sources.length
    const pieces = found.map((_, i) => memory.subarray((slots + i) * pieceLength, (slots + i + 1) * pieceLength))
    for (let start = 0; start < size; start += pieceLength) {
      const end = Math.min(start + pieceLength, size)
      sources.forEach(({ data }, slot) => {
        memory.set(data.subarray(start, end), slot * pieceLength)
      })
      run(4 * (end - start), ...scalars)
      found.forEach(({ data }, i) => {
        const piece = pieces[i] as Float32Array
        data.set(end - start === pieceLength ? piece : piece.subarray(0, end - start), start)
      })
    }
    return found
  }
}
