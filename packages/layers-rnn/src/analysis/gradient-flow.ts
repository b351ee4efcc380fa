// How gradients vanish or explode on their way back: norms of products of Jacobians, and the bound that the weights set them
// (Bengio, Simard and Frasconi, 1994; Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013).
import { eye, formatShape, ShapeError, scan, type Tensor, tensor, ValueError, zeros } from '@deep-recipe/core-tensor'
import { scaleToOne, spectralNorm } from './spectral-norm.ts'

/** Options of `measureGradientFlow`. */
export interface GradientFlowOptions {
  /**
   * Clipping by norm: wherever the product's norm exceeds this on the way back, it is scaled down to it, and goes on from
   * there. Default: never.
   */
  readonly clip?: number
  /** The part of the state whose own norm counts, [first, last + 1]: of an LSTM, h is [0, units]. Default all of it. */
  readonly part?: readonly [from: number, to: number]
}

/**
 * log₁₀ ‖∂s_T/∂s_k‖₂ for k = 0 … T − 1, by ∂s_T/∂s_k = J_T · J_{T−1} ⋯ J_{k+1}.
 *
 * The product is kept at a size near 1 and its size as a logarithm, so that 10⁻²⁰⁰ is still told from 0.
 *
 * @param jacobians [time, batch, width, width], as the functions above give them; J_{k+1} at place k.
 * @returns [time, batch]; −∞ where nothing comes through at all.
 * @throws ShapeError for jacobians or a part of other shapes, ValueError for a clip that is not positive.
 */
export function measureGradientFlow(jacobians: Tensor, options: GradientFlowOptions = {}): Tensor {
  const [, batch, width, columns] = jacobians.shape
  if (jacobians.rank !== 4 || batch === undefined || !width || width !== columns) {
    throw new ShapeError({
      what: 'measureGradientFlow: jacobians',
      expected: '[time, batch, width, width]',
      received: formatShape(jacobians.shape),
      remedy: 'Pass what simpleRnnJacobians, gruJacobians or lstmJacobians(…).state give.',
    })
  }
  const { clip, part: [from, to] = [0, width] } = options
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to > from && to <= width)) {
    throw new ShapeError({
      what: 'measureGradientFlow: part',
      expected: `[from, to] within 0 … ${width}`,
      received: `[${from}, ${to}]`,
      remedy: 'Give the first place, and the one after the last.',
    })
  }
  if (clip !== undefined && !(clip > 0)) {
    throw new ValueError({
      what: 'measureGradientFlow: clip',
      expected: 'a positive number',
      received: String(clip),
      remedy: 'Leave it out for no clipping.',
    })
  }
  type Carry = { readonly product: Tensor; readonly logScale: Tensor }
  const [, logNorms] = scan(
    ({ product, logScale }: Carry, step: Tensor): readonly [Carry, Tensor] => {
      const { normal, scale } = scaleToOne(product.matmul(step))
      const logSize = logScale.add(scale.reshape([batch]).log())
      const counted = normal.slice([0, from, from], [batch, to - from, to - from])
      const logNorm = logSize.add(spectralNorm(counted).log())
      const excess = clip === undefined ? zeros([batch]) : logNorm.sub(Math.log(clip)).maximum(0)
      return [{ product: normal, logScale: logSize.sub(excess) }, logNorm.sub(excess)]
    },
    { product: eye(width).broadcastTo([batch, width, width]), logScale: zeros([batch]) },
    jacobians,
    { reverse: true },
  )
  return logNorms.div(Math.LN10)
}

/**
 * log₁₀ ‖∂c_T/∂c_k‖₂ along the cells of an LSTM alone, where ∂c_t/∂c_{t−1} = diag(f_t): the largest of the units' |Π f|.
 *
 * @param cellPath the forget gates of all steps, [time, batch, units], as `lstmJacobians` gives them, or the diagonals of
 *   `peepholeLstmJacobians`.
 * @returns [time, batch], for k = 0 … T − 1.
 */
export function measureCellPath(cellPath: Tensor): Tensor {
  const [sum, logs] = [zeros(cellPath.shape.slice(1)), cellPath.abs().log()]
  const add = (total: Tensor, step: Tensor): readonly [Tensor, Tensor] => {
    const next = total.add(step)
    return [next, next.max(-1)]
  }
  return scan(add, sum, logs, { reverse: true })[1].div(Math.LN10)
}

/**
 * log₁₀ of the bound (β_W β_h)^(T−k) on ‖∂h_T/∂h_k‖ of a simple RNN: β_W = ‖U‖₂ and β_h the largest that |f′| can be,
 * which is 1 for tanh, ReLU and softplus. Below 1 gradients must vanish; above it they may explode.
 *
 * @param recurrentWeight U, [units, units].
 * @param time T.
 * @returns [time], for k = 0 … T − 1.
 */
export function boundGradientFlow(recurrentWeight: Tensor, time: number, slope = 1): Tensor {
  const distances = tensor(Float32Array.from({ length: time }, (_, k) => time - k))
  return spectralNorm(recurrentWeight).mul(slope).log().div(Math.LN10).mul(distances)
}
