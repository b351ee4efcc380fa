// Random draws: Threefry blocks under the key, with the counter (offset, number of the block).

import { threefry2x32 } from '../../random/threefry.ts'
import type { PrimitiveAttributes } from '../../trace/node.ts'
import { type ComputeRule, type Run, viewAt } from './kernel.ts'
import type { View } from './view.ts'

function prepareRandom(key: View, offset: View, out: View, kind: PrimitiveAttributes['random']['kind']): Run {
  const words = new Int32Array(2)
  const count = out.size
  return () => {
    const key0 = key.data[key.offset] as number
    const key1 = key.data[key.offset + 1] as number
    const start = offset.data[offset.offset] as number
    const to = out.data
    for (let i = 0; i < count; i++) {
      if ((i & 1) === 0) threefry2x32(key0, key1, start, i >> 1, words, 0)
      const word = words[i & 1] as number
      to[out.offset + i] = kind === 'bits' ? word : (word >>> 8) * 2 ** -24
    }
  }
}

export const randomRules: { readonly random: ComputeRule<'random'> } = {
  random: {
    kind: 'compute',
    needsContiguous: true,
    inPlace: false,
    prepare: (inputs, out, { kind }) => prepareRandom(viewAt(inputs, 0), viewAt(inputs, 1), out, kind),
  },
}
