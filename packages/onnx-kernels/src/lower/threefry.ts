// Threefry-2x32-20 in ONNX operators, bit for bit the generator of the reference, for keys that only the graph knows.
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
import type { NodeOf } from '@deep-recipe/core-tensor'
import { sizeOf } from '@deep-recipe/core-tensor'
import type { GraphWriter } from '../model/graph-writer.ts'
import { onnxDataType } from '../model/tensors.ts'
import { emitSlice } from './movement.ts'

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const
const parity = 0x1bd11bda

/** The value of a `random` node; `key` and `offset` are names of its inputs' values. */
export function emitRandom(writer: GraphWriter, node: NodeOf<'random'>, key: string, offset: string): string {
  const { shape, kind } = node.attributes
  const size = sizeOf(shape)
  const blocks = (size + 1) >> 1
  const word = (value: number): string => writer.constant('uint32', [1], Uint32Array.of(value))
  const add = (a: string, b: string): string => writer.emit('Add', [a, b])
  const exclusiveOr = (a: string, b: string): string => writer.emit('BitwiseXor', [a, b])
  const shift = (a: string, count: number, direction: 'LEFT' | 'RIGHT'): string =>
    writer.emit('BitShift', [a, word(count)], { direction: { string: direction } })
  const toWords = (name: string): string => writer.emit('Cast', [name], { to: { int: onnxDataType.uint32 } })

  const keys = toWords(key)
  const key0 = emitSlice(writer, keys, [{ axis: 0, start: 0, end: 1, step: 1 }])
  const key1 = emitSlice(writer, keys, [{ axis: 0, start: 1, end: 2, step: 1 }])
  const schedule = [key0, key1, exclusiveOr(exclusiveOr(key0, key1), word(parity))] as const
  const scheduled = (index: number): string => schedule[index % 3] as string

  const counter = writer.constant(
    'uint32',
    [blocks],
    Uint32Array.from({ length: blocks }, (_, index) => index),
  )
  let x0 = add(writer.emit('Reshape', [toWords(offset), writer.integers([1])]), key0)
  let x1 = add(counter, key1)
  for (let round = 0; round < 20; round++) {
    // MIX: x0 += x1; x1 = (x1 <<< R) ^ x0
    x0 = add(x0, x1)
    const rotation = rotations[round & 7] as number
    const rotated = writer.emit('BitwiseOr', [shift(x1, rotation, 'LEFT'), shift(x1, 32 - rotation, 'RIGHT')])
    x1 = exclusiveOr(rotated, x0)
    if ((round & 3) === 3) {
      const injection = (round + 1) >> 2
      x0 = add(x0, scheduled(injection))
      x1 = add(x1, add(scheduled(injection + 1), word(injection)))
    }
  }
  const column = writer.integers([blocks, 1])
  const pairs = writer.emit('Concat', [writer.emit('Reshape', [x0, column]), writer.emit('Reshape', [x1, column])], {
    axis: { int: 1 },
  })
  let words = writer.emit('Reshape', [pairs, writer.integers([2 * blocks])])
  if (size !== 2 * blocks) words = emitSlice(writer, words, [{ axis: 0, start: 0, end: size, step: 1 }])
  const shaped = writer.emit('Reshape', [words, writer.integers(shape)])
  if (kind === 'bits') return writer.emit('Cast', [shaped], { to: { int: onnxDataType.int32 } })
  const fraction = writer.emit('Cast', [shift(shaped, 8, 'RIGHT')], { to: { int: onnxDataType.float32 } })
  return writer.emit('Mul', [fraction, writer.scalar('float32', 2 ** -24)])
}
