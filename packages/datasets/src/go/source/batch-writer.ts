// Fills a batch with positions: planes, the move that was played, and which move of the game it was. The stretch of a position is
// coded as a whole when its first position is drawn; planes are made of the codes when the position itself is.
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { contentsFor } from '../planes/code-position.ts'
import type { Feature } from '../planes/features.ts'
import { PlaneWriter } from '../planes/write-planes.ts'
import type { Colour } from '../rules/stones.ts'
import { symmetriesOf } from '../symmetry/symmetry.ts'
import { CodedPositions, GameCoder } from './code-games.ts'
import { type DrawnPosition, type Stretch, stretchLength } from './stretch-window.ts'

/** Positions to learn from together; a batch as `fit` takes it, and more. */
export interface PositionBatch {
  /** [batch, planes, size, size], from the side of the player to move. */
  readonly inputs: HostNdArray<Float32Array>
  /** Of shape [batch]: the point that was played, row · size + column. */
  readonly targets: HostNdArray<Int32Array>
  /** Of shape [batch]: 1, or 0 for padding at the end of an ordered pass. */
  readonly weights: HostNdArray<Float32Array>
  /** Of shape [batch]: the number of the move in its game, from 1; 0 for padding. */
  readonly moveNumbers: Int32Array
  /** Positions that are not padding. */
  readonly count: number
}

/** What a writer makes. */
export interface BatchLayout {
  readonly size: number
  readonly features: readonly Feature[]
  readonly batchSize: number
  /** Stretches that positions come from at a time. */
  readonly window: number
  /** Every batch has the same array of planes, overwritten by the next one. */
  readonly reuseInputs: boolean
}

/** Collects positions until a batch is full. */
export class BatchWriter {
  readonly #layout: BatchLayout
  readonly #writer: PlaneWriter
  readonly #coder: GameCoder
  readonly #coded: CodedPositions
  /** By slot: the stretch whose codes are there. */
  readonly #stretches: (Stretch | undefined)[] = []
  readonly #stride: number
  #inputs: Float32Array
  #targets: Int32Array
  #moveNumbers: Int32Array
  count = 0

  constructor(layout: BatchLayout) {
    const { size, features, batchSize, window } = layout
    this.#layout = layout
    this.#writer = new PlaneWriter(size, features)
    this.#coder = new GameCoder(size, contentsFor(features))
    this.#coded = new CodedPositions(window * stretchLength, size * size)
    this.#stride = this.#writer.planes * size * size
    this.#inputs = new Float32Array(batchSize * this.#stride)
    this.#targets = new Int32Array(batchSize)
    this.#moveNumbers = new Int32Array(batchSize)
  }

  get full(): boolean {
    return this.count === this.#layout.batchSize
  }

  /** Adds a position. Those of a stretch come in their order, though not necessarily from its beginning on. */
  add({ stretch, slot, index }: DrawnPosition, symmetry: number): void {
    const { size, reuseInputs } = this.#layout
    const coded = this.#coded
    const place = slot * stretchLength + index - stretch.first
    if (this.#stretches[slot] !== stretch) {
      this.#coder.code(stretch.game, index, stretch.end, coded, place)
      this.#stretches[slot] = stretch
    }
    const start = this.count * this.#stride
    // Row by row, just before it is written: then the row is still in the cache.
    if (reuseInputs) this.#inputs.fill(0, start, start + this.#stride)
    const colour = coded.colours[place] as Colour
    this.#writer.write(coded.codes, place * coded.area, colour, this.#inputs, start, symmetry)
    this.#targets[this.count] = symmetriesOf(size)[symmetry]?.[coded.points[place] as number] as number
    this.#moveNumbers[this.count] = index + 1
    this.count++
  }

  /** The batch so far, filled up with zeros of weight 0; then begins a new one. */
  take(): PositionBatch {
    const { size, batchSize, reuseInputs } = this.#layout
    if (reuseInputs) this.#inputs.fill(0, this.count * this.#stride)
    const batch: PositionBatch = {
      inputs: ndarray(this.#inputs, [batchSize, this.#writer.planes, size, size]),
      targets: ndarray(this.#targets, [batchSize]),
      weights: ndarray(new Float32Array(batchSize).fill(1, 0, this.count), [batchSize]),
      moveNumbers: this.#moveNumbers,
      count: this.count,
    }
    if (!reuseInputs) this.#inputs = new Float32Array(batchSize * this.#stride)
    this.#targets = new Int32Array(batchSize)
    this.#moveNumbers = new Int32Array(batchSize)
    this.count = 0
    return batch
  }
}
