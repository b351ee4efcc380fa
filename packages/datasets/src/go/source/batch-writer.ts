// Fills a batch with positions: planes, the move that was played, and which move of the game it was.
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import type { PlaneEncoder } from '../planes/encode-planes.ts'
import { symmetriesOf } from '../symmetry/symmetry.ts'
import { type GameCursor, GameDesk } from './game-cursor.ts'

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

/** Collects positions until a batch is full. */
export class BatchWriter {
  readonly #encoder: PlaneEncoder
  readonly #batchSize: number
  readonly #stride: number
  readonly #desk: GameDesk
  #inputs: Float32Array
  #targets: Int32Array
  #moveNumbers: Int32Array
  count = 0

  readonly #reuseInputs: boolean

  /** @param reuseInputs every batch has the same array of planes, overwritten by the next one. */
  constructor(encoder: PlaneEncoder, batchSize: number, reuseInputs: boolean = false) {
    this.#reuseInputs = reuseInputs
    this.#encoder = encoder
    this.#batchSize = batchSize
    this.#desk = new GameDesk(encoder.size)
    this.#stride = encoder.planes * encoder.size * encoder.size
    this.#inputs = new Float32Array(batchSize * this.#stride)
    this.#targets = new Int32Array(batchSize)
    this.#moveNumbers = new Int32Array(batchSize)
  }

  get full(): boolean {
    return this.count === this.#batchSize
  }

  /** Adds a position of a game. */
  add(cursor: GameCursor, index: number, symmetry: number): void {
    const board = cursor.moveTo(index, this.#desk)
    const { point, colour } = cursor
    const start = this.count * this.#stride
    // Row by row, just before it is written: then the row is still in the cache.
    if (this.#reuseInputs) this.#inputs.fill(0, start, start + this.#stride)
    this.#encoder.write(board, colour, this.#inputs, start, symmetry)
    this.#targets[this.count] = symmetriesOf(board.size)[symmetry]?.[point] ?? point
    this.#moveNumbers[this.count] = index + 1
    this.count++
  }

  /** The batch so far, filled up with zeros of weight 0; then begins a new one. */
  take(): PositionBatch {
    const { size, planes } = this.#encoder
    const batchSize = this.#batchSize
    if (this.#reuseInputs) this.#inputs.fill(0, this.count * this.#stride)
    const batch: PositionBatch = {
      inputs: ndarray(this.#inputs, [batchSize, planes, size, size]),
      targets: ndarray(this.#targets, [batchSize]),
      weights: ndarray(new Float32Array(batchSize).fill(1, 0, this.count), [batchSize]),
      moveNumbers: this.#moveNumbers,
      count: this.count,
    }
    if (!this.#reuseInputs) this.#inputs = new Float32Array(batchSize * this.#stride)
    this.#targets = new Int32Array(batchSize)
    this.#moveNumbers = new Int32Array(batchSize)
    this.count = 0
    return batch
  }
}
