// Movement primitives: chains collapse into one, and what moves nothing disappears. All of this is exact.
import type { Node, NodeOf } from '../../trace/node.ts'
import { type Shape, sameShape } from '../../trace/types.ts'
import { isSplatOf, reshapeSplat } from '../splat.ts'
import { makeLike } from '../walk.ts'
import { inputOf, type RulesOf, under } from './rule.ts'

export const movementRules: RulesOf<'reshape' | 'permute' | 'broadcast' | 'slice' | 'pad' | 'flip'> = {
  reshape: (node) => {
    const x = inputOf(node, 0)
    if (sameShape(x.shape, node.shape)) return x
    const inner = under(x, 'reshape')
    if (inner) return makeLike(node, 'reshape', [inner], node.attributes)
    return reshapeSplat(node, x, node.shape) ?? reshapeBroadcast(node, x)
  },

  permute: (node) => {
    const x = inputOf(node, 0)
    const { axes } = node.attributes
    if (axes.every((axis, place) => axis === place)) return x
    if (x.operation === 'permute') {
      const first = x.attributes.axes
      return makeLike(node, 'permute', [inputOf(x, 0)], { axes: axes.map((axis) => first[axis] as number) })
    }
    const splat = reshapeSplat(node, x, node.shape)
    if (splat) return splat
    // Axes of length 1 may stand anywhere without an element moving.
    const long = axes.filter((axis) => x.shape[axis] !== 1)
    if (isAscending(long)) return makeLike(node, 'reshape', [x], { shape: node.shape })
    if (x.operation === 'broadcast') {
      const narrow = makeLike(node, 'permute', [inputOf(x, 0)], { axes })
      return makeLike(node, 'broadcast', [narrow], { shape: node.shape })
    }
    return undefined
  },

  broadcast: (node) => {
    const x = inputOf(node, 0)
    if (sameShape(x.shape, node.shape)) return x
    const inner = under(x, 'broadcast')
    return inner && makeLike(node, 'broadcast', [inner], node.attributes)
  },

  slice: (node) => {
    const x = inputOf(node, 0)
    if (sameShape(x.shape, node.shape)) return x
    return reshapeSplat(node, x, node.shape) ?? sliceThrough(node, x)
  },

  pad: (node) => {
    const x = inputOf(node, 0)
    const { before, after, interior, value } = node.attributes
    if (sameShape(x.shape, node.shape)) return x
    if (isSplatOf(x, value)) return reshapeSplat(node, x, node.shape)
    const plain = (numbers: readonly number[]): boolean => numbers.every((number) => number === 0)
    if (x.operation !== 'pad' || !Object.is(x.attributes.value, value)) return undefined
    if (!plain(interior) || !plain(x.attributes.interior)) return undefined
    const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((n, axis) => n + (b[axis] as number))
    return makeLike(node, 'pad', [inputOf(x, 0)], {
      before: sum(before, x.attributes.before),
      after: sum(after, x.attributes.after),
      interior,
      value,
    })
  },

  flip: (node) => {
    const x = inputOf(node, 0)
    const repeats = (axis: number): boolean => x.operation === 'broadcast' && inputOf(x, 0).shape[axis] === 1
    const axes = node.attributes.axes.filter((axis) => (x.shape[axis] as number) > 1 && !repeats(axis))
    if (axes.length === 0) return x
    if (x.operation === 'flip') {
      // Flipping twice is not flipping: what remains is in one list but not in both.
      const inner = x.attributes.axes
      const once = [...axes.filter((axis) => !inner.includes(axis)), ...inner.filter((axis) => !axes.includes(axis))]
      return makeLike(node, 'flip', [inputOf(x, 0)], { axes: once.sort((a, b) => a - b) })
    }
    return axes.length < node.attributes.axes.length ? makeLike(node, 'flip', [x], { axes }) : undefined
  },
}

/** A broadcast whose axes of length 1 come and go is a broadcast of the source, reshaped in the same way. */
function reshapeBroadcast(node: NodeOf<'reshape'>, x: Node): Node | undefined {
  if (x.operation !== 'broadcast') return undefined
  const source = inputOf(x, 0)
  const isLong = (length: number): boolean => length !== 1
  if (!sameShape(x.shape.filter(isLong), node.shape.filter(isLong))) return undefined
  const lengths = source.shape.filter((_, axis) => isLong(x.shape[axis] as number))
  let place = 0
  const shape = node.shape.map((length) => (isLong(length) ? (lengths[place++] as number) : 1))
  const narrow = makeLike(node, 'reshape', [source], { shape })
  return makeLike(node, 'broadcast', [narrow], { shape: node.shape })
}

/** A slice of a movement is a slice of what was moved, where one slice says it. */
function sliceThrough(node: NodeOf<'slice'>, x: Node): Node | undefined {
  const { start, size, stride } = node.attributes
  switch (x.operation) {
    case 'slice': {
      const inner = x.attributes
      return makeLike(node, 'slice', [inputOf(x, 0)], {
        start: start.map((first, axis) => (inner.start[axis] as number) + first * (inner.stride[axis] as number)),
        size,
        stride: stride.map((step, axis) => step * (inner.stride[axis] as number)),
      })
    }
    case 'broadcast': {
      const source = inputOf(x, 0)
      const repeated = (axis: number): boolean => source.shape[axis] === 1 && x.shape[axis] !== 1
      // An axis of which nothing is taken can not be had from the source by a broadcast: it stays as it is.
      if (size.includes(0)) return undefined
      const narrow = makeLike(node, 'slice', [source], {
        start: start.map((first, axis) => (repeated(axis) ? 0 : first)),
        size: size.map((count, axis) => (repeated(axis) ? 1 : count)),
        stride: stride.map((step, axis) => (repeated(axis) ? 1 : step)),
      })
      return makeLike(node, 'broadcast', [narrow], { shape: node.shape })
    }
    case 'pad': {
      const { before, interior } = x.attributes
      const source = inputOf(x, 0)
      const within = start.every((first, axis) => {
        const offset = first - (before[axis] as number)
        const last = offset + ((size[axis] as number) - 1) * (stride[axis] as number)
        const untouched = x.shape[axis] === source.shape[axis]
        return untouched || (interior[axis] === 0 && offset >= 0 && last < (source.shape[axis] as number))
      })
      if (!within || size.includes(0)) return undefined
      const offsets = start.map((first, axis) => first - (before[axis] as number))
      return makeLike(node, 'slice', [source], { start: offsets, size, stride })
    }
    case 'concat':
      return sliceOfConcat(node, x)
    default:
      return undefined
  }
}

/** A slice that lies within one of the joined parts, or a concat of fewer parts. */
function sliceOfConcat(node: NodeOf<'slice'>, x: NodeOf<'concat'>): Node | undefined {
  const { start, size, stride } = node.attributes
  const { axis } = x.attributes
  const first = start[axis] as number
  const last = first + ((size[axis] as number) - 1) * (stride[axis] as number)
  if (size[axis] === 0) return undefined
  const parts: Node[] = []
  let offset = 0
  let skipped = 0
  for (const part of x.inputs) {
    const length = part.shape[axis] as number
    if (offset + length <= first) skipped += length
    else if (offset <= last) parts.push(part)
    offset += length
  }
  if (parts.length === x.inputs.length) return undefined
  const joined = parts.length === 1 ? (parts[0] as Node) : makeLike(node, 'concat', parts, { axis })
  const starts = start.map((from, along) => (along === axis ? from - skipped : from))
  return makeLike(node, 'slice', [joined as Node], { start: starts, size, stride })
}

function isAscending(axes: Shape): boolean {
  return axes.every((axis, place) => place === 0 || axis > (axes[place - 1] as number))
}
