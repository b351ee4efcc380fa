// The lowerings of all primitives: a primitive without one is a compile error.
import type { Primitive } from '@deep-recipe/core-tensor'
import { convolutionLowerings } from './convolution.ts'
import { elementwiseLowerings } from './elementwise.ts'
import { indexingLowerings } from './indexing.ts'
import type { OnnxLoweringsOf } from './lowering.ts'
import { matmulLowerings } from './matmul.ts'
import { movementLowerings } from './movement.ts'
import { poolingLowerings } from './pooling.ts'
import { reductionLowerings } from './reductions.ts'

/** From each primitive to ONNX operators. */
export const onnxLowerings: OnnxLoweringsOf<Primitive> = {
  ...elementwiseLowerings,
  ...reductionLowerings,
  ...movementLowerings,
  ...matmulLowerings,
  ...convolutionLowerings,
  ...poolingLowerings,
  ...indexingLowerings,
  random: (context, node) => context.lowerRandom(node),
  scan: (context, node) => context.lowerScan(node),
}
