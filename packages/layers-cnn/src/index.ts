// What layers-cnn offers.
export { branches, type ResidualOptions, residual } from './blocks.ts'
export { maxoutChannels, upsample2d } from './channels.ts'
export {
  type Conv1dOptions,
  type Conv2dOptions,
  conv1d,
  conv2d,
  type DepthwiseConv2dOptions,
  depthwiseConv2d,
  separableConv2d,
} from './convolution.ts'
export type { Padding1d } from './geometry.ts'
export { featureMaps, filterImages } from './pictures.ts'
export {
  averagePool1d,
  averagePool2d,
  globalAveragePool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  type Pool1dOptions,
} from './pooling.ts'
