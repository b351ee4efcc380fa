// Orthogonal weights: matrices that keep the length of every vector, so that a signal neither grows nor fades at first.
import {
  arange,
  concat,
  eye,
  randomNormal,
  type Shape,
  ShapeError,
  scan,
  splitKey,
  type Tensor,
} from '@deep-recipe/core-tensor'
import type { Initializer } from './initializers.ts'

/** Up to this many columns a matrix is drawn exactly uniformly: one reflection for each is cheap. */
const fewColumns = 32

/**
 * Orthonormal columns, or rows if these are fewer, times `gain` (Saxe, McClelland and Ganguli, "Exact solutions to the
 * nonlinear dynamics of learning in deep linear neural networks", 2014). A weight with more than two axes counts as the
 * matrix [all but the last, last].
 *
 * Small matrices, and those of up to 32 columns, are uniformly distributed over all such matrices. Larger ones are products
 * of block-diagonal matrices whose blocks are uniform, in two alternating groupings of the places: the steps of a
 * Householder factorisation would take n³ operations one after the other, this takes n²√n in one product. Every number
 * has mean 0 and variance gain² / n, near normal, in both cases.
 *
 * @throws ShapeError, when it draws, for a shape with fewer than two axes.
 */
export function orthogonalInitializer(gain = 1): Initializer {
  return (key, shape) => {
    const columns = shape.at(-1)
    if (shape.length < 2 || columns === undefined) {
      throw new ShapeError({
        what: 'orthogonalInitializer',
        expected: 'a matrix, or more axes',
        received: `${shape.length} axes`,
        remedy: 'Draw vectors from another distribution.',
      })
    }
    const rows = shape.slice(0, -1).reduce((size, length) => size * length, 1)
    const tall = drawOrthonormalColumns(key, Math.max(rows, columns), Math.min(rows, columns))
    const matrix = rows < columns ? tall.transpose() : tall
    return (gain === 1 ? matrix : matrix.mul(gain)).reshape(shape)
  }
}

/** [rows, columns] with rows ≥ columns and orthonormal columns. */
function drawOrthonormalColumns(key: Tensor, rows: number, columns: number): Tensor {
  const { groups, width, rest } = chooseBlocks(rows)
  if (columns <= Math.max(fewColumns, rest) || groups === 1) {
    return drawByReflections(key, 1, rows, columns).reshape([rows, columns])
  }
  const [reflectionKey, blockKey] = splitKey(key) as [Tensor, Tensor]
  const blocks = drawByBlocks(blockKey, groups, width, columns - rest)
  if (rest === 0) return blocks
  // Q₍ₙ₎ = H · diag(±1, Q₍ₙ₋₁₎): a uniform Q₍ₙ₋₁₎ would make it uniform (Diaconis and Shahshahani, 1987).
  const { vectors, signs } = drawReflections(reflectionKey, 1, rows, rest)
  const corner = eye(rest).mul(signs.reshape([rest]))
  const left = corner.pad([
    [0, rows - rest],
    [0, 0],
  ])
  const right = blocks.pad([
    [rest, 0],
    [0, 0],
  ])
  const base = concat([left, right], 1).expandDims(0)
  return reflect(vectors, base).reshape([rows, columns])
}

/** n = groups · width + rest, with groups and width near √n and the rest as small as possible. */
function chooseBlocks(size: number): { readonly groups: number; readonly width: number; readonly rest: number } {
  const root = Math.floor(Math.sqrt(size))
  let groups = Math.max(1, root)
  for (let count = groups; count > Math.max(1, root / 2); count--) if (size % count < size % groups) groups = count
  return { groups, width: Math.floor(size / groups), rest: size % groups }
}

/**
 * Orthonormal columns by three rounds of uniform blocks. A place is a pair (p, q), p of `groups` and q of `width`:
 *
 *   Q[(p, q), (p″, q″)] = Σ_q′ A_p[q, q′] · B_q′[p, p″] · C_p″[q′, q″]
 *
 * A and C mix within the groups, B across them (the "Monarch" structure of Dao and others, 2022, with one round more,
 * after which each number is a sum over a whole group and so near normal).
 */
function drawByBlocks(key: Tensor, groups: number, width: number, columns: number): Tensor {
  const needed = Math.ceil(columns / width)
  const [withinKey, acrossKey] = splitKey(key) as [Tensor, Tensor]
  const within = drawByReflections(withinKey, groups + needed, width, width)
  const after = within.slice([0, 0, 0], [groups, width, width])
  const before = within.slice([groups, 0, 0], [needed, width, width])
  const across = drawByReflections(acrossKey, width, groups, needed)
  const product = across
    .transpose([1, 0, 2])
    .expandDims(-1)
    .mul(before.transpose([1, 0, 2]))
    .reshape([groups, width, needed * width])
    .slice([0, 0, 0], [groups, width, columns])
  return after.matmul(product).reshape([groups * width, columns])
}

/** `count` matrices [size, columns], each uniform over those with orthonormal columns (Stewart, 1980). */
function drawByReflections(key: Tensor, count: number, size: number, columns: number): Tensor {
  const { vectors, signs } = drawReflections(key, count, size, columns)
  const diagonal = eye(columns).mul(signs.transpose().expandDims(1))
  const base = diagonal.pad([
    [0, 0],
    [0, size - columns],
    [0, 0],
  ])
  return reflect(vectors, base)
}

interface Reflections {
  /** Unit vectors [reflections, count, size]; the k-th is 0 before place k. */
  readonly vectors: Tensor
  /** −1 or 1 for each [reflections, count]: the sign that makes column k uniform. */
  readonly signs: Tensor
}

/** The reflections H = I − 2vvᵀ that take normal draws x₍ₖ₎, which live from place k on, to multiples of unit vector k. */
function drawReflections(key: Tensor, count: number, size: number, reflections: number): Reflections {
  const shape: Shape = [reflections, count, size]
  const steps = arange(reflections).reshape([reflections, 1, 1])
  const places = arange(size)
  const pivot = places.equal(steps).cast('float32')
  const draws = places.greaterEqual(steps).where(randomNormal(key, shape), 0)
  const norms = draws.square().sum(-1, { keepDims: true }).sqrt()
  const sign = draws.greaterEqual(0).cast('float32').mul(2).sub(1)
  // v = x + sign(x₍ₖ₎) ‖x‖ e₍ₖ₎: with this sign nothing cancels. H x = −sign(x₍ₖ₎) ‖x‖ e₍ₖ₎.
  const raw = draws.add(sign.mul(pivot).mul(norms))
  const length = raw.square().sum(-1, { keepDims: true }).maximum(1e-30).sqrt()
  return { vectors: raw.div(length), signs: sign.mul(pivot).sum(-1).neg() }
}

/** H₁ H₂ … H₍ᵣ₎ · base, for each matrix [size, columns] of a stack. */
function reflect(vectors: Tensor, base: Tensor): Tensor {
  return scan(
    (matrix: Tensor, vector: Tensor): readonly [Tensor, undefined] => {
      const along = vector.expandDims(1).matmul(matrix)
      return [matrix.sub(vector.mul(2).expandDims(-1).mul(along)), undefined]
    },
    base,
    vectors,
    { reverse: true },
  )[0]
}
