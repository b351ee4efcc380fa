// Which texture each temporary lives in: a texture is reused as soon as nothing reads its value any more.
import { type Buffer, type PlanStep, placeOfBuffer } from '../kernel/kernel.ts'
import { bytesOf } from '../kernel/layout.ts'

/** A texture that temporaries share one after the other. */
export interface TextureSlot {
  readonly width: number
  readonly height: number
  readonly integer: boolean
}

/** Slots, and the slot of each temporary buffer. */
export interface TexturePlan {
  readonly slots: readonly TextureSlot[]
  readonly slotOf: ReadonlyMap<number, number>
  /** Bytes of all slots together. */
  readonly bytes: number
}

/** Plans the textures of all temporaries. `inputsOf` gives the buffers that a step's kernel reads. */
export function planTextures(
  buffers: readonly Buffer[],
  steps: readonly PlanStep[],
  inputsOf: (step: PlanStep & { kind: 'kernel' }) => readonly number[],
): TexturePlan {
  const slots: TextureSlot[] = []
  const slotOf = new Map<number, number>()
  const free = new Map<string, number[]>()
  const isTemporary = (buffer: number): boolean => buffers[buffer]?.role.kind === 'temporary'

  const keyOf = (buffer: number): string => {
    const { layout, dtype } = buffers[buffer] as Buffer
    return `${layout.width}x${layout.height}${dtype === 'int32' ? 'i' : ''}`
  }
  const acquire = (buffer: number): void => {
    const { layout, dtype } = buffers[buffer] as Buffer
    const slot = free.get(keyOf(buffer))?.pop()
    const { width, height } = layout
    slotOf.set(buffer, slot ?? slots.push({ width, height, integer: dtype === 'int32' }) - 1)
  }
  const release = (buffer: number): void => {
    const key = keyOf(buffer)
    const list = free.get(key) ?? []
    free.set(key, list)
    list.push(slotOf.get(buffer) as number)
  }

  /** Temporaries touched by a step: those that must outlive its own iterations, and all. */
  const touch = (step: PlanStep): { outer: Set<number>; all: Set<number> } => {
    if (step.kind === 'kernel') {
      const all = new Set([step.kernel.output, ...inputsOf(step)].filter(isTemporary))
      return { outer: all, all }
    }
    const { carries, steps: body } = step.loop
    const named = carries.flatMap(({ initial, first, second }) => [initial, first, second])
    const outer = new Set(named.map((id) => placeOfBuffer(buffers, id).sheet).filter(isTemporary))
    const all = new Set(outer)
    for (const inner of body) {
      const touched = touch(inner)
      for (const buffer of touched.all) all.add(buffer)
      if (inner.kind === 'kernel' && inner.kernel.slice >= 0 && isTemporary(inner.kernel.output)) {
        outer.add(inner.kernel.output)
      }
    }
    return { outer, all }
  }

  const planLevel = (level: readonly PlanStep[], owned: ReadonlySet<number>): void => {
    const touched = level.map(touch)
    const uses = new Map<number, { count: number; first: number; last: number; outer: boolean }>()
    touched.forEach(({ outer, all }, position) => {
      for (const buffer of all) {
        const known = uses.get(buffer)
        uses.set(buffer, {
          count: (known?.count ?? 0) + 1,
          first: known?.first ?? position,
          last: position,
          outer: (known?.outer ?? false) || outer.has(buffer),
        })
      }
    })
    const mine = [...uses].filter(([buffer, { count, outer }]) => !owned.has(buffer) && (count > 1 || outer))
    const known = new Set([...owned, ...mine.map(([buffer]) => buffer)])
    level.forEach((step, position) => {
      for (const [buffer, { first }] of mine) if (first === position) acquire(buffer)
      if (step.kind === 'loop') planLevel(step.loop.steps, known)
      for (const [buffer, { last }] of mine) if (last === position) release(buffer)
    })
  }
  planLevel(steps, new Set())
  const bytes = slots.reduce((sum, { width, height }) => sum + width * height * 16, 0)
  return { slots, slotOf, bytes }
}

/** Bytes that the values of a plan would take without sharing; for reports. */
export function totalBytes(buffers: readonly Buffer[]): number {
  return buffers.reduce(
    (sum, { layout, role, part }) => (role.kind === 'temporary' && !part ? sum + bytesOf(layout) : sum),
    0,
  )
}
