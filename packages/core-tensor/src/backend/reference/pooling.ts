// Pooling over [n, c, h, w] and its gradients. Padded places never win and are never counted.
import type { HostData } from '../../host/host-array.ts'
import type { PoolAttributes, PrimitiveAttributes } from '../../trace/node.ts'
import { type ComputeRule, type Run, viewAt } from './kernel.ts'
import type { View } from './view.ts'

/** What happens at one window, whose rows are [top, bottom) and columns [left, right) of the image at `image`. */
type VisitWindow = (out: number, image: number, top: number, bottom: number, left: number, right: number) => void

/** Visits the windows of every image; `out` counts them, and positions are relative to the start of the arrays. */
function walkWindows(image: View, pooled: View, { window, stride, padding }: PoolAttributes, visit: VisitWindow): void {
  const [batch, channels, height, width] = image.shape as [number, number, number, number]
  const [, , outHeight, outWidth] = pooled.shape as [number, number, number, number]
  let out = 0
  for (let slice = 0; slice < batch * channels; slice++) {
    for (let row = 0; row < outHeight; row++) {
      const y = row * stride[0] - padding.top
      for (let column = 0; column < outWidth; column++, out++) {
        const x = column * stride[1] - padding.left
        visit(
          out,
          slice * height * width,
          Math.max(0, y),
          Math.min(height, y + window[0]),
          Math.max(0, x),
          Math.min(width, x + window[1]),
        )
      }
    }
  }
}

/** The place of the first largest number of a window, row by row; NaN counts as the largest. */
function findLargest(
  data: HostData,
  start: number,
  width: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
): number {
  let place = start + top * width + left
  let best = data[place] as number
  for (let y = top; y < bottom && !Number.isNaN(best); y++) {
    for (let x = left; x < right; x++) {
      const number = data[start + y * width + x] as number
      if (number <= best) continue
      place = start + y * width + x
      best = number
      if (Number.isNaN(number)) break
    }
  }
  return place
}

function prepareMaxPool(input: View, out: View, attributes: PoolAttributes): Run {
  const width = input.shape[3] as number
  const visit: VisitWindow = (o, image, top, bottom, left, right) => {
    const place = findLargest(input.data, input.offset + image, width, top, bottom, left, right)
    out.data[out.offset + o] = input.data[place] as number
  }
  return () => walkWindows(input, out, attributes, visit)
}

function prepareMaxPoolGradient(input: View, gradient: View, out: View, attributes: PoolAttributes): Run {
  const width = input.shape[3] as number
  const visit: VisitWindow = (o, image, top, bottom, left, right) => {
    const place = findLargest(input.data, input.offset + image, width, top, bottom, left, right)
    const to = place - input.offset + out.offset
    out.data[to] = (out.data[to] as number) + (gradient.data[gradient.offset + o] as number)
  }
  return () => {
    out.data.fill(0, out.offset, out.offset + out.size)
    walkWindows(input, gradient, attributes, visit)
  }
}

function prepareAvgPool(input: View, out: View, attributes: PoolAttributes): Run {
  const width = input.shape[3] as number
  const visit: VisitWindow = (o, image, top, bottom, left, right) => {
    let total = 0
    for (let y = top; y < bottom; y++) {
      const start = input.offset + image + y * width
      for (let x = left; x < right; x++) total += input.data[start + x] as number
    }
    out.data[out.offset + o] = total / ((bottom - top) * (right - left))
  }
  return () => walkWindows(input, out, attributes, visit)
}

function prepareAvgPoolGradient(gradient: View, out: View, attributes: PoolAttributes): Run {
  const width = out.shape[3] as number
  const visit: VisitWindow = (o, image, top, bottom, left, right) => {
    const share = (gradient.data[gradient.offset + o] as number) / ((bottom - top) * (right - left))
    for (let y = top; y < bottom; y++) {
      const start = out.offset + image + y * width
      for (let x = left; x < right; x++) out.data[start + x] = (out.data[start + x] as number) + share
    }
  }
  return () => {
    out.data.fill(0, out.offset, out.offset + out.size)
    walkWindows(out, gradient, attributes, visit)
  }
}

type Pooling = 'maxPool' | 'maxPoolGradient' | 'avgPool' | 'avgPoolGradient'

const placement = { kind: 'compute', needsContiguous: true, inPlace: false } as const

export const poolingRules: { readonly [P in Pooling]: ComputeRule<P> } = {
  maxPool: {
    ...placement,
    prepare: (inputs, out, attributes: PoolAttributes) => prepareMaxPool(viewAt(inputs, 0), out, attributes),
  },
  maxPoolGradient: {
    ...placement,
    prepare: (inputs, out, attributes: PoolAttributes) =>
      prepareMaxPoolGradient(viewAt(inputs, 0), viewAt(inputs, 1), out, attributes),
  },
  avgPool: {
    ...placement,
    prepare: (inputs, out, attributes: PoolAttributes) => prepareAvgPool(viewAt(inputs, 0), out, attributes),
  },
  avgPoolGradient: {
    ...placement,
    prepare: (inputs, out, attributes: PrimitiveAttributes['avgPoolGradient']) =>
      prepareAvgPoolGradient(viewAt(inputs, 0), out, attributes),
  },
}
