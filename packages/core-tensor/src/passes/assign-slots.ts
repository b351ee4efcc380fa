// Register allocation for buffers: values that are never alive together share one slot.
// It knows nothing of nodes or kernels, so that a backend may plan whatever steps it runs.

/** One thing that runs: it reads values and writes new ones. */
export interface BufferStep<Value> {
  readonly reads: readonly Value[]
  readonly writes: readonly Value[]
  /** Values among `reads` in whose place the first of `writes` may be written, best first. */
  readonly overwrites?: readonly Value[]
}

/** What is to be planned. */
export interface SlotRequest<Value> {
  /** In the order in which they run. Values that no step writes live elsewhere and get no slot, unless donated. */
  readonly steps: readonly BufferStep<Value>[]
  /** Values that outlive the run. Each gets a slot of exactly its size, apart from everything but donated values. */
  readonly outputs: readonly Value[]
  /** Values from outside whose memory the outputs may take over when they are dead. */
  readonly donated?: readonly Value[]
  readonly bytes: (value: Value) => number
  /** Only values of one kind share a slot: a texture format, an element type. Default: all are of one kind. */
  readonly kind?: (value: Value) => string
}

/** A piece of memory. */
export interface Slot {
  readonly bytes: number
  readonly kind: string
  /** `temporary` slots may be kept from run to run; `output` slots leave with each run; `donated` slots came with it. */
  readonly role: 'temporary' | 'output' | 'donated'
}

/** Where every value lives. */
export interface SlotPlan<Value> {
  readonly slots: readonly Slot[]
  readonly slotOf: ReadonlyMap<Value, number>
  /** Most bytes alive at once: no plan can do with less. */
  readonly peakBytes: number
  /** Bytes of all slots. */
  readonly totalBytes: number
}

/**
 * Assigns slots in the order of the steps. A temporary takes the place of a value that it may overwrite, else the smallest
 * free slot that holds it (unless that is four times too large), else the largest of the smaller ones, which grows, else
 * a new one.
 */
export function assignSlots<Value>(request: SlotRequest<Value>): SlotPlan<Value> {
  const { steps, bytes } = request
  const kindOf = request.kind ?? (() => '')
  const outputs = new Set(request.outputs)
  const lastUse = findLastUses(steps)
  const slots: { bytes: number; readonly kind: string; readonly role: Slot['role'] }[] = []
  const slotOf = new Map<Value, number>()
  const free = new FreeSlots((slot) => (slots[slot] as Slot).bytes)
  const donors = new Set<Value>()
  /** Values whose slot another one has taken over. */
  const inherited = new Set<Value>()
  let alive = 0
  let peakBytes = 0

  const addSlot = (value: Value, role: Slot['role']): number => {
    const slot = slots.push({ bytes: bytes(value), kind: kindOf(value), role }) - 1
    slotOf.set(value, slot)
    return slot
  }
  for (const value of request.donated ?? []) {
    if (slotOf.has(value)) continue
    addSlot(value, 'donated')
    alive += bytes(value)
    if (!outputs.has(value)) donors.add(value)
  }
  peakBytes = alive

  const findDonor = (value: Value, step: BufferStep<Value>, position: number): Value | undefined => {
    for (const donor of donors) {
      if (bytes(donor) !== bytes(value) || kindOf(donor) !== kindOf(value)) continue
      const last = lastUse.get(donor) ?? -1
      if (last < position || (last === position && step.writes[0] === value && step.overwrites?.includes(donor))) {
        return donor
      }
    }
    return undefined
  }
  const placeOutput = (value: Value, step: BufferStep<Value>, position: number): void => {
    const donor = findDonor(value, step, position)
    if (donor === undefined) addSlot(value, 'output')
    else {
      donors.delete(donor)
      slotOf.set(value, slotOf.get(donor) as number)
      inherited.add(donor)
      if (!lastUse.has(donor)) alive -= bytes(donor)
    }
  }
  const placeTemporary = (value: Value, step: BufferStep<Value>, position: number): void => {
    const size = bytes(value)
    const kind = kindOf(value)
    const victim = step.overwrites?.find((other) => {
      const slot = slotOf.get(other)
      if (slot === undefined || step.writes[0] !== value || lastUse.get(other) !== position) return false
      const { role, kind: otherKind, bytes: room } = slots[slot] as Slot
      // A value that shrinks (a bool made of floats) leaves room unused, but saves a buffer.
      return role === 'temporary' && otherKind === kind && room >= size && !inherited.has(other)
    })
    if (victim !== undefined) {
      inherited.add(victim)
      slotOf.set(value, slotOf.get(victim) as number)
      return
    }
    const slot = free.take(kind, size)
    if (slot === undefined) addSlot(value, 'temporary')
    else {
      const chosen = slots[slot] as { bytes: number }
      chosen.bytes = Math.max(chosen.bytes, size)
      slotOf.set(value, slot)
    }
  }

  steps.forEach((step, position) => {
    for (const value of step.writes) {
      if (outputs.has(value)) placeOutput(value, step, position)
      else placeTemporary(value, step, position)
      alive += bytes(value)
    }
    const dying = new Set([...step.reads, ...step.writes])
    const overwritten = [...dying].filter((value) => inherited.has(value))
    peakBytes = Math.max(peakBytes, alive - overwritten.reduce((sum, value) => sum + bytes(value), 0))
    for (const value of dying) {
      const slot = slotOf.get(value)
      // What nobody reads is dead at once.
      if (slot === undefined || outputs.has(value) || (lastUse.get(value) ?? position) !== position) continue
      alive -= bytes(value)
      const { role, kind } = slots[slot] as Slot
      if (role === 'temporary' && !inherited.has(value)) free.give(kind, slot)
    }
  })
  return { slots, slotOf, peakBytes, totalBytes: slots.reduce((sum, slot) => sum + slot.bytes, 0) }
}

function findLastUses<Value>(steps: readonly BufferStep<Value>[]): Map<Value, number> {
  const lastUse = new Map<Value, number>()
  steps.forEach((step, position) => {
    for (const value of step.reads) lastUse.set(value, position)
  })
  return lastUse
}

/** A slot this many times too large is better left to a larger value: the new slot is small in comparison. */
const mostWaste = 4

/** Free slots of each kind, sorted by size. */
class FreeSlots {
  readonly #sizeOf: (slot: number) => number
  readonly #lists = new Map<string, number[]>()

  constructor(sizeOf: (slot: number) => number) {
    this.#sizeOf = sizeOf
  }

  give(kind: string, slot: number): void {
    const list = this.#lists.get(kind) ?? []
    this.#lists.set(kind, list)
    list.splice(this.#findFirst(list, this.#sizeOf(slot)), 0, slot)
  }

  /** The smallest slot that holds so many bytes (but is not far larger), else the largest of the smaller ones. */
  take(kind: string, bytes: number): number | undefined {
    const list = this.#lists.get(kind) ?? []
    const first = this.#findFirst(list, bytes)
    const fits = first < list.length && this.#sizeOf(list[first] as number) <= mostWaste * bytes
    const place = fits ? first : first - 1
    return place < 0 ? undefined : list.splice(place, 1)[0]
  }

  /** Place of the first slot in the list with at least so many bytes. */
  #findFirst(list: readonly number[], bytes: number): number {
    let low = 0
    let high = list.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sizeOf(list[middle] as number) < bytes) low = middle + 1
      else high = middle
    }
    return low
  }
}
