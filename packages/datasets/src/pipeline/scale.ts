// Brings values to a common scale, with statistics fitted on the training data and applied to all data alike.
import ndarray from 'ndarray'
import { formatShape, type HostNdArray, rowMajorData, rowSizeOf } from '../arrays/host-array.ts'
import { DatasetError } from '../errors.ts'

/** Whether one statistic serves the whole array or each feature (place beyond the leading axis) has its own. */
export interface FitOptions {
  readonly per: 'array' | 'feature'
}

/** Fitted mean and (population) standard deviation: shape [] per array, or the shape of one example per feature. */
export type Standardization = {
  readonly mean: HostNdArray<Float32Array>
  readonly deviation: HostNdArray<Float32Array>
}

/** Fitted least and greatest value: shape [] per array, or the shape of one example per feature. */
export type ValueRange = {
  readonly least: HostNdArray<Float32Array>
  readonly greatest: HostNdArray<Float32Array>
}

/**
 * Fits mean and standard deviation (σ² = mean of (x − μ)²), accumulated in 64 bits.
 *
 * @param array [n, ...features], n at least 1.
 * @throws DatasetError for an array without elements.
 */
export function fitStandardization(array: HostNdArray, options: FitOptions): Standardization {
  const { data, features, shape } = openFit('fitStandardization', array, options)
  const samples = data.length / features
  const mean = new Float64Array(features)
  const variance = new Float64Array(features)
  for (let at = 0; at < data.length; at++) {
    mean[at % features] = (mean[at % features] as number) + (data[at] as number) / samples
  }
  for (let at = 0; at < data.length; at++) {
    const feature = at % features
    variance[feature] =
      (variance[feature] as number) + ((data[at] as number) - (mean[feature] as number)) ** 2 / samples
  }
  return {
    mean: ndarray(Float32Array.from(mean), shape),
    deviation: ndarray(Float32Array.from(variance, Math.sqrt), [...shape]),
  }
}

/**
 * (x − μ) / σ. A feature that never varied (σ = 0) becomes x − μ.
 *
 * @returns a new float32 array of the same shape.
 * @throws DatasetError where the statistics were fitted on examples of another shape.
 */
export function standardize(array: HostNdArray, statistics: Standardization): HostNdArray<Float32Array> {
  const { mean, deviation } = statistics
  return rescale('standardize', array, mean, rowMajorData(deviation))
}

/**
 * Fits the least and the greatest value.
 *
 * @param array [n, ...features], n at least 1.
 * @throws DatasetError for an array without elements.
 */
export function fitRange(array: HostNdArray, options: FitOptions): ValueRange {
  const { data, features, shape } = openFit('fitRange', array, options)
  const least = new Float32Array(features).fill(Infinity)
  const greatest = new Float32Array(features).fill(-Infinity)
  for (let at = 0; at < data.length; at++) {
    const feature = at % features
    least[feature] = Math.min(least[feature] as number, data[at] as number)
    greatest[feature] = Math.max(greatest[feature] as number, data[at] as number)
  }
  return { least: ndarray(least, shape), greatest: ndarray(greatest, [...shape]) }
}

/**
 * (x − least) / (greatest − least): the fitted range becomes 0..1; values beyond it lie outside. A feature that never
 * varied becomes x − least.
 *
 * @returns a new float32 array of the same shape.
 * @throws DatasetError where the range was fitted on examples of another shape.
 */
export function normalize(array: HostNdArray, range: ValueRange): HostNdArray<Float32Array> {
  const least = rowMajorData(range.least)
  const width = rowMajorData(range.greatest).map((greatest, feature) => greatest - (least[feature] as number))
  return rescale('normalize', array, range.least, width)
}

function openFit(
  what: string,
  array: HostNdArray,
  { per }: FitOptions,
): { data: ArrayLike<number>; features: number; shape: number[] } {
  if (array.size === 0 || (per === 'feature' && array.dimension === 0)) {
    throw new DatasetError({
      what,
      expected: 'at least one example',
      received: `shape ${formatShape(array.shape)}`,
      remedy: 'Fit on the training data.',
    })
  }
  const data = rowMajorData(array)
  return per === 'array'
    ? { data, features: 1, shape: [] }
    : { data, features: rowSizeOf(array), shape: array.shape.slice(1) }
}

function rescale(
  what: string,
  array: HostNdArray,
  offset: HostNdArray<Float32Array>,
  scale: ArrayLike<number>,
): HostNdArray<Float32Array> {
  const fits = offset.dimension === 0 || formatShape(offset.shape) === formatShape(array.shape.slice(1))
  if (!fits) {
    throw new DatasetError({
      what,
      expected: `examples of shape ${formatShape(offset.shape)}, as fitted`,
      received: `examples of shape ${formatShape(array.shape.slice(1))}`,
      remedy: 'Fit the statistics on data of the same form.',
    })
  }
  const data = rowMajorData(array)
  const offsets = rowMajorData(offset)
  const result = new Float32Array(data.length)
  for (let at = 0; at < data.length; at++) {
    const feature = at % offsets.length
    result[at] = ((data[at] as number) - (offsets[feature] as number)) / ((scale[feature] as number) || 1)
  }
  return ndarray(result, [...array.shape])
}
