// Every case, by primitive. A primitive without cases is a compile error.
import type { Primitive } from '@deep-recipe/core-tensor'
import type { ConformanceCase } from '../case.ts'
import { controlCases } from './control.ts'
import { elementwiseCases } from './elementwise.ts'
import { movementCases, reductionCases } from './movement.ts'
import { productCases } from './products.ts'

export const conformanceCases: { readonly [P in Primitive]: readonly ConformanceCase[] } = {
  ...elementwiseCases,
  ...movementCases,
  ...reductionCases,
  ...productCases,
  ...controlCases,
}
