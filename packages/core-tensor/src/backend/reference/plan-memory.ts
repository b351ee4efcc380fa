// The memory plan of a program: which results share a buffer, because one is dead before the next is born.
import { allocate, type HostData } from '../../host/host-array.ts'
import { assignSlots, type BufferStep } from '../../passes/assign-slots.ts'
import type { Memory } from './view.ts'

/** Buffers for everything between inputs and outputs. */
export interface MemoryPlan {
  readonly buffers: ReadonlyMap<Memory, HostData>
  /** Number of distinct buffers. */
  readonly distinct: number
  readonly bytes: number
  /** For each output: the donated input whose memory it takes, if any. */
  readonly donors: readonly (Memory | undefined)[]
}

/** Plans the memory that the steps write: buffers between, and which outputs take the place of donated inputs. */
export function planMemory(
  steps: readonly BufferStep<Memory>[],
  outputs: readonly Memory[],
  donated: readonly Memory[],
): MemoryPlan {
  const bytes = ({ size, bytesPerElement }: Memory): number => size * bytesPerElement
  const { slots, slotOf } = assignSlots({ steps, outputs, donated, bytes, kind: (memory) => memory.type.dtype })
  const buffers = new Map<number, HostData>()
  const bindings = new Map<Memory, HostData>()
  for (const [memory, slot] of slotOf) {
    const { role, bytes: length } = slots[slot] as (typeof slots)[number]
    if (role !== 'temporary') continue
    const { type, precision, bytesPerElement } = memory
    const buffer = buffers.get(slot) ?? allocate(type.dtype, length / bytesPerElement, precision)
    buffers.set(slot, buffer)
    bindings.set(memory, buffer)
  }
  return {
    buffers: bindings,
    distinct: buffers.size,
    bytes: [...buffers.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
    donors: outputs.map((output) => donated.find((donor) => slotOf.get(donor) === slotOf.get(output))),
  }
}
