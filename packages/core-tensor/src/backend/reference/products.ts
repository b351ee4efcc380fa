// matmul: one matrix product for each place along the leading axes.
import { type ComputeRule, type Run, type Scratch, viewAt } from './kernel.ts'
import { type Matrix, multiplyMatrices, type ProductSize, productScratch } from './matrix-product.ts'
import { planLoop, walkLoop } from './strided-loop.ts'
import type { View } from './view.ts'

/** The last two axes of a view. */
function matrixOf(view: View): Matrix {
  const [rowStride, columnStride] = view.stride.slice(-2) as [number, number]
  return { data: view.data, offset: view.offset, rowStride, columnStride }
}

function prepareMatmul(a: View, b: View, out: View, scratch: Scratch): Run {
  const [rows, columns] = out.shape.slice(-2) as [number, number]
  const size: ProductSize = { rows, columns, depth: a.shape.at(-1) as number }
  const matrices = [matrixOf(a), matrixOf(b), matrixOf(out)] as const
  const stack = planLoop(
    out.shape.slice(0, -2),
    [a, b, out].map((view) => view.stride.slice(0, -2)),
  )
  const strides = stack.innerStrides as [number, number, number]
  const at = [0, 0, 0]
  const visit = (): void => {
    for (let t = 0; t < stack.count; t++) {
      for (let i = 0; i < 3; i++) (matrices[i] as Matrix).offset = (at[i] as number) + t * (strides[i] as number)
      multiplyMatrices(size, matrices[0], matrices[1], matrices[2], false, scratch)
    }
  }
  scratch.reserve(productScratch)
  return () => {
    ;[a, b, out].forEach((view, i) => {
      at[i] = view.offset
      ;(matrices[i] as Matrix).data = view.data
    })
    walkLoop(stack, at, visit)
  }
}

export const matmulRules: { readonly matmul: ComputeRule<'matmul'> } = {
  matmul: {
    kind: 'compute',
    needsContiguous: false,
    inPlace: false,
    prepare: (inputs, out, _, scratch) => prepareMatmul(viewAt(inputs, 0), viewAt(inputs, 1), out, scratch),
  },
}
