// The memory plan of a program: which results share a buffer, because one is dead before the next is born.
import { allocate, type HostData } from '../../host/host-array.ts'
import type { Memory } from './view.ts'

/** What the plan needs to know of a step. */
interface PlannedStep {
  readonly reads: readonly Memory[]
  readonly writes: readonly Memory[]
  readonly overwrites: Memory | undefined
}

/** Buffers for everything between inputs and outputs. */
export interface MemoryPlan {
  readonly buffers: ReadonlyMap<Memory, HostData>
  /** Number of distinct buffers. */
  readonly distinct: number
  readonly bytes: number
  /** For each output: the donated input whose memory it takes, if any. */
  readonly donors: readonly (Memory | undefined)[]
}

/**
 * Walks the steps in order. A result takes the buffer of the input that it may overwrite, or a free one of its type and
 * size, or a new one; a buffer is free after the last step that reads it. Outputs look in the same way among donated inputs.
 */
export function planMemory(
  steps: readonly PlannedStep[],
  inputs: readonly Memory[],
  outputs: readonly Memory[],
  donated: readonly Memory[],
): MemoryPlan {
  const lastUse = findLastUses(steps)
  const fixed = new Set<Memory>([...inputs, ...outputs])
  const passedOn = new Set(outputs)
  const donors = new Map<Memory, Memory>()
  for (const memory of donated) if (passedOn.has(memory)) donors.set(memory, memory)
  const given = new Set<Memory>(donors.keys())
  const slots = new Map<Memory, number>()
  const free = new Map<string, number[]>()
  const kinds: Memory[] = []
  const released = new Set<Memory>()

  const release = (memory: Memory): void => {
    const slot = slots.get(memory)
    if (slot === undefined || released.has(memory)) return
    released.add(memory)
    const key = kindOf(memory)
    free.set(key, [...(free.get(key) ?? []), slot])
  }
  const findDonor = (output: Memory, step: PlannedStep, position: number): Memory | undefined =>
    donated.find((donor) => {
      if (given.has(donor) || kindOf(donor) !== kindOf(output)) return false
      const last = lastUse.get(donor) ?? -1
      return last < position || (last === position && step.overwrites === donor)
    })

  steps.forEach((step, position) => {
    for (const memory of step.writes) {
      if (passedOn.has(memory)) {
        const donor = findDonor(memory, step, position)
        if (donor) {
          donors.set(memory, donor)
          given.add(donor)
        }
      }
      if (fixed.has(memory)) continue
      const { overwrites } = step
      const inherited = overwrites && lastUse.get(overwrites) === position ? slots.get(overwrites) : undefined
      if (overwrites && inherited !== undefined) released.add(overwrites)
      const slot = inherited ?? free.get(kindOf(memory))?.pop() ?? kinds.push(memory) - 1
      slots.set(memory, slot)
    }
    // What nobody reads is dead at once.
    for (const memory of step.writes) if (!lastUse.has(memory)) release(memory)
    for (const memory of step.reads) if (lastUse.get(memory) === position) release(memory)
  })

  const data = kinds.map((memory) => allocate(memory.type.dtype, memory.size, memory.precision))
  return {
    buffers: new Map([...slots].map(([memory, slot]) => [memory, data[slot] as HostData])),
    distinct: data.length,
    bytes: data.reduce((sum, { byteLength }) => sum + byteLength, 0),
    donors: outputs.map((output) => donors.get(output)),
  }
}

function findLastUses(steps: readonly PlannedStep[]): Map<Memory, number> {
  const lastUse = new Map<Memory, number>()
  steps.forEach((step, position) => {
    for (const memory of step.reads) lastUse.set(memory, position)
  })
  return lastUse
}

function kindOf(memory: Memory): string {
  return `${memory.type.dtype} ${memory.size}`
}
