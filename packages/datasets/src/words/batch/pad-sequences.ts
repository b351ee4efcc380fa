// Sequences of different lengths as one array: the ends are filled up.
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { DatasetError } from '../../errors.ts'
import { checkCount } from '../../options.ts'

/** How to pad. */
export interface PadOptions {
  /** Steps of the result; default those of the longest sequence, at least 1. */
  readonly length?: number
  /** What fills; default 0, padding. */
  readonly value?: number
  /** Cut what is longer than `length`, instead of complaining; default false. */
  readonly truncate?: boolean
}

/** Padded sequences and how long they are without padding. */
export interface PaddedSequences {
  /** [n, length] */
  readonly values: HostNdArray<Int32Array>
  /** [n] */
  readonly lengths: HostNdArray<Int32Array>
}

/**
 * Sequences of numbers, filled up at their ends to one length.
 *
 * @throws DatasetError for a sequence longer than `length`, unless `truncate` says to cut it.
 */
export function padSequences(sequences: readonly ArrayLike<number>[], options: PadOptions = {}): PaddedSequences {
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 1)
  const { length = longest, value = 0, truncate = false } = options
  checkCount('padSequences: length', length, 1)
  const values = new Int32Array(sequences.length * length).fill(value)
  const lengths = new Int32Array(sequences.length)
  sequences.forEach((sequence, row) => {
    if (sequence.length > length && !truncate) failForLength(row, sequence.length, length)
    const count = Math.min(sequence.length, length)
    for (let step = 0; step < count; step++) values[row * length + step] = sequence[step] as number
    lengths[row] = count
  })
  return { values: ndarray(values, [sequences.length, length]), lengths: ndarray(lengths, [sequences.length]) }
}

function failForLength(row: number, received: number, length: number): never {
  throw new DatasetError({
    what: `padSequences: sequence ${row}`,
    expected: `at most ${length} steps`,
    received: String(received),
    remedy: 'Give a greater length, or truncate: true.',
  })
}
