// Concatenations, and the sums of padded pieces that gradients of slices leave behind, which are concatenations too.
import type { Node, NodeOf } from '../../trace/node.ts'
import { sameShape } from '../../trace/types.ts'
import { makeLike } from '../walk.ts'
import { inputOf, type RuleContext, type RulesOf } from './rule.ts'

export const joinRules: RulesOf<'concat'> = {
  concat: (node) => {
    const { axis } = node.attributes
    const parts = joinSlices(flattenParts(node), axis)
    const [only] = parts
    if (only && parts.length === 1) return only
    const unchanged = parts.length === node.inputs.length && parts.every((part, place) => part === node.inputs[place])
    return unchanged ? undefined : makeLike(node, 'concat', parts, { axis })
  },
}

/** Parts without empty ones, and with the parts of inner concats along the same axis in their place. */
function flattenParts(node: NodeOf<'concat'>): Node[] {
  const { axis } = node.attributes
  const parts = node.inputs.flatMap((part) =>
    part.operation === 'concat' && part.attributes.axis === axis ? part.inputs : [part],
  )
  const filled = parts.filter((part) => part.shape[axis] !== 0)
  return filled.length === 0 ? parts.slice(0, 1) : filled
}

/** Neighbouring slices of one value become one slice: what was cut and joined again was never cut. */
function joinSlices(parts: readonly Node[], axis: number): Node[] {
  const joined: Node[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    const whole = last && joinTwoSlices(last, part, axis)
    if (whole) joined[joined.length - 1] = whole
    else joined.push(part)
  }
  return joined
}

function joinTwoSlices(a: Node, b: Node, axis: number): Node | undefined {
  if (a.operation !== 'slice' || b.operation !== 'slice' || a.inputs[0] !== b.inputs[0]) return undefined
  const [first, second] = [a.attributes, b.attributes]
  const length = first.size[axis] as number
  const follows = second.start[axis] === (first.start[axis] as number) + length
  const plain = first.stride[axis] === 1 && second.stride[axis] === 1
  const along = (_: number, other: number): boolean => other !== axis
  const alike = (['start', 'size', 'stride'] as const).every((name) =>
    sameShape(first[name].filter(along), second[name].filter(along)),
  )
  if (!follows || !plain || !alike) return undefined
  const size = first.size.map((count, other) => (other === axis ? count + (second.size[axis] as number) : count))
  const whole = makeLike(a, 'slice', [inputOf(a, 0)], { ...first, size })
  return sameShape(size, inputOf(a, 0).shape) ? inputOf(a, 0) : whole
}

/**
 * The gradient of z cut into slices is a sum of zero-padded gradients, whose filled places do not overlap. Such a sum
 * is one concat: pad(a) + pad(b) = pad(concat(a, b)), for neighbours along one axis, however the
 * additions are nested (each of them adds a padded term).
 */
export function joinPaddedTerms(node: NodeOf<'add'>, { uses }: RuleContext): Node | undefined {
  if (!node.inputs.some((term) => term.operation === 'pad')) return undefined
  const terms = collectTerms(node, uses)
  const pieces = terms.map(readPadding)
  if (pieces.filter(Boolean).length < 2) return undefined
  const rest: Node[] = terms.filter((_, place) => !pieces[place])
  const open = pieces.filter((piece) => piece !== undefined).sort((a, b) => a.start - b.start)
  const kept: Piece[] = []
  let merged = false
  for (const piece of open) {
    const place = kept.findIndex((other) => other.axis === piece.axis && other.end === piece.start)
    const before = kept[place]
    if (before) {
      const content = makeLike(node, 'concat', [before.content, piece.content], { axis: piece.axis }) as Node
      kept[place] = { ...before, content, end: piece.end }
      merged = true
    } else kept.push(piece)
  }
  if (!merged) return undefined
  for (const piece of kept) rest.push(makePadding(node, piece))
  return rest.reduce((sum, term) => makeLike(node, 'add', [sum, term], {}))
}

interface Piece {
  readonly axis: number
  readonly start: number
  readonly end: number
  readonly content: Node
}

/** Terms of a tree of additions that are read by the tree alone; at most 32, so that the work stays small. */
function collectTerms(node: Node, uses: (node: Node) => number): Node[] {
  const terms: Node[] = []
  const stack: Node[] = [...node.inputs].reverse()
  for (let term = stack.pop(); term; term = stack.pop()) {
    if (term.operation === 'add' && uses(term) === 1 && terms.length + stack.length < 32) {
      stack.push(inputOf(term, 1), inputOf(term, 0))
    } else terms.push(term)
  }
  return terms
}

/** The padding of a value with zeros along a single axis, if that is what the node is. */
function readPadding(node: Node): Piece | undefined {
  if (node.operation !== 'pad' || node.attributes.value !== 0) return undefined
  const { before, interior } = node.attributes
  const content = inputOf(node, 0)
  const grown = node.shape.map((_, axis) => axis).filter((axis) => node.shape[axis] !== content.shape[axis])
  const [axis] = grown
  if (axis === undefined || grown.length > 1 || interior[axis] !== 0 || content.shape.includes(0)) return undefined
  const start = before[axis] as number
  return { axis, start, end: start + (content.shape[axis] as number), content }
}

function makePadding(node: Node, { axis, start, end, content }: Piece): Node {
  const zeros = node.shape.map(() => 0)
  const length = node.shape[axis] as number
  if (start === 0 && end === length) return content
  const before = zeros.toSpliced(axis, 1, start)
  const after = zeros.toSpliced(axis, 1, length - end)
  return makeLike(node, 'pad', [content], { before, after, interior: zeros, value: 0 })
}
