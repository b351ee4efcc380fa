// Shape rules of random draws and of scan, the primitive with a body and several results.
import { DTypeError, ShapeError } from '../errors.ts'
import { checkDType, checkPerAxis, checkRank, checkShape } from '../trace/check.ts'
import type { PrimitiveAttributes } from '../trace/node.ts'
import { formatShape, formatType, sameShape, type TensorType } from '../trace/types.ts'
import { inputAt, type ShapeRulesOf } from './rule.ts'

export const controlShapeRules: ShapeRulesOf<'random'> = {
  random: (inputs, { shape, kind }) => {
    const [key, offset] = [inputAt(inputs, 0), inputAt(inputs, 1)]
    checkDType('random: key', key, ['int32'])
    checkDType('random: offset', offset, ['int32'])
    checkRank('random: offset', offset, 0, '[]')
    checkShape('random: shape', shape)
    if (!sameShape(key.shape, [2])) {
      throw new ShapeError({
        what: 'random: key',
        expected: 'the shape [2]',
        received: formatShape(key.shape),
        remedy: 'Make keys with randomKey(seed) and splitKey(key, count).',
      })
    }
    return { shape, dtype: kind === 'bits' ? 'int32' : 'float32' }
  },
}

function checkType(what: string, expected: TensorType, received: TensorType): void {
  if (expected.dtype === received.dtype && sameShape(expected.shape, received.shape)) return
  const complaint = {
    what,
    expected: formatType(expected),
    received: formatType(received),
    remedy: 'A carry keeps its shape and dtype in every step; body inputs match what the scan is given.',
  }
  throw expected.dtype === received.dtype ? new ShapeError(complaint) : new DTypeError(complaint)
}

/** Types of all results of a scan: last carries, then stacked results. */
export function scanResults(
  inputs: readonly TensorType[],
  { length, body, carries, sequences }: PrimitiveAttributes['scan'],
): readonly TensorType[] {
  checkPerAxis('scan: length', [length], 1, 0)
  inputs.forEach((input, position) => {
    const bodyInput = body.inputs[position]
    if (!bodyInput) return
    const isSequence = position >= carries && position < carries + sequences
    if (isSequence && input.shape[0] !== length) {
      throw new ShapeError({
        what: `scan: sequence ${position - carries + 1}`,
        expected: `a leading axis of length ${length}`,
        received: formatType(input),
        remedy: 'Put the time axis first and give all sequences the same length.',
      })
    }
    const step = isSequence ? { shape: input.shape.slice(1), dtype: input.dtype } : input
    checkType(`scan: input ${position + 1}`, bodyInput, step)
  })
  if (inputs.length !== body.inputs.length || body.outputs.length < carries) {
    throw new ShapeError({
      what: 'scan',
      expected: `${body.inputs.length} inputs and at least ${carries} body outputs`,
      received: `${inputs.length} inputs and ${body.outputs.length} body outputs`,
      remedy: 'Return every carry from the body.',
    })
  }
  return body.outputs.map((output, position) => {
    if (position >= carries) return { shape: [length, ...output.shape], dtype: output.dtype }
    const carry = inputAt(inputs, position)
    checkType(`scan: carry ${position + 1}`, carry, output)
    return { shape: carry.shape, dtype: carry.dtype }
  })
}
