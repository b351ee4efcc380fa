// Scan: the body is a program of its own, whose inputs and outputs are bound to other places at each step.
//
// Nothing is allocated or copied per step: sequences and results are read and written where they lie, and each carry
// goes back and forth between two buffers, the last time straight into the result.
import { allocate, type HostData } from '../../host/host-array.ts'
import type { NodeOf } from '../../trace/node.ts'
import { sizeOf } from '../../trace/types.ts'
import type { Run } from './kernel.ts'
import type { Program, ProgramSettings } from './program.ts'
import type { Memory, View } from './view.ts'

/** A scan made ready. */
export interface PreparedScan {
  readonly run: Run
  readonly kernels: number
  readonly bytes: number
}

/** Strides of the body's inputs: those of the scan's inputs, without the leading axis of a sequence. */
export function bodyStrides(node: NodeOf<'scan'>, inputs: readonly View[]): (readonly number[])[] {
  const { carries, sequences } = node.attributes
  return inputs.map((view, position) => {
    const isSequence = position >= carries && position < carries + sequences
    return isSequence ? view.stride.slice(1) : view.stride
  })
}

/** Readies a scan. Initial carries and results are contiguous; sequences and constants may have any strides. */
export function prepareScan(
  node: NodeOf<'scan'>,
  program: Program,
  inputs: readonly View[],
  results: readonly View[],
  { precision, scanSteps }: ProgramSettings,
): PreparedScan {
  const { length, body, carries, sequences, reverse } = node.attributes
  const resultSizes = body.outputs.map((output) => sizeOf(output.shape))
  // Each carry is read from one buffer and written to the other.
  const buffers = body.outputs.slice(0, carries).map(({ dtype }, position): [HostData, HostData] => {
    const size = resultSizes[position] as number
    return [allocate(dtype, size, precision), allocate(dtype, size, precision)]
  })
  const bufferOf = (carry: number, step: number): HostData =>
    (buffers[carry] as [HostData, HostData])[step & 1] as HostData

  const bindInputs = (step: number, place: number): void => {
    inputs.forEach((view, position) => {
      const memory = program.inputs[position] as Memory
      if (position < carries && step > 0) memory.bind(bufferOf(position, step - 1))
      else if (position < carries || position >= carries + sequences) memory.bind(view.data, view.offset)
      else memory.bind(view.data, view.offset + place * (view.stride[0] as number))
    })
  }
  const bindOutputs = (step: number, place: number): void => {
    results.forEach((view, position) => {
      const memory = program.outputs[position] as Memory
      if (position >= carries) memory.bind(view.data, view.offset + place * (resultSizes[position] as number))
      else if (step === length - 1) memory.bind(view.data, view.offset)
      else memory.bind(bufferOf(position, step))
    })
  }
  const runSteps = (): void => {
    const depth = scanSteps.length
    try {
      for (let step = 0; step < length; step++) {
        const place = reverse ? length - 1 - step : step
        scanSteps[depth] = place
        bindInputs(step, place)
        bindOutputs(step, place)
        program.run()
      }
    } finally {
      scanSteps.length = depth
      for (const memory of [...program.inputs, ...program.outputs]) memory.unbind()
    }
  }
  /** Without steps, the carries stay what they were. */
  const passCarries = (): void => {
    results.forEach((view, position) => {
      const initial = inputs[position] as View
      if (position < carries)
        view.data.set(initial.data.subarray(initial.offset, initial.offset + view.size), view.offset)
    })
  }
  const carryBytes = buffers.reduce((sum, [a, b]) => sum + a.byteLength + b.byteLength, 0)
  return {
    run: length > 0 ? runSteps : passCarries,
    kernels: program.kernels * length,
    bytes: program.bytes + carryBytes,
  }
}
