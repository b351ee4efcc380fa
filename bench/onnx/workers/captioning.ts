// Captioning on this toolkit: pictures of 64 × 64 through four blocks of convolution, and a decoder of 256 units that looks
// at the 64 places of the map again for each of 16 words.
import {
  type Backend,
  compile,
  type DeviceArray,
  evaluate,
  HostRandom,
  randomKey,
  type Tensor,
  valueAndGrad,
  zipTrees,
} from '../../../packages/core-tensor/src/index.ts'
import { conv2d, maxPool2d } from '../../../packages/layers-cnn/src/index.ts'
import { evaluation, type Params, relu, sequential } from '../../../packages/layers-core/src/index.ts'
import { additiveAttention, beamSearch, lstmCell, sequenceDecoder } from '../../../packages/layers-rnn/src/index.ts'
import { maskedCrossEntropy } from '../../../packages/sequence-losses/src/index.ts'

const [batch, side, steps, symbols, units] = [32, 64, 16, 1000, 256]
const captions = 50
const channels = [32, 64, 96, 128]

const encoder = sequential(
  ...channels.flatMap((filters, block) => [
    conv2d(filters, 3, { padding: 'same', activation: relu }),
    ...(block < 3 ? [maxPool2d(2)] : []),
  ]),
)
const decoder = sequenceDecoder({
  symbols,
  cell: lstmCell(units),
  embedding: units,
  attention: additiveAttention(units),
})

function init(): Params {
  return {
    encoder: encoder.init(randomKey(1), [3, side, side]),
    decoder: decoder.init(randomKey(2), { memory: channels.at(-1) as number }),
  }
}

/** [batch, 3, side, side] → [batch, places, channels]. */
function look(params: Params, pictures: Tensor): Tensor {
  const map = encoder.apply(params.encoder as never, pictures, evaluation)
  const [count, filters] = map.shape as readonly [number, number]
  return map.reshape([count, filters, -1]).transpose([0, 2, 1])
}

/** The tasks: one step of training, and captions for 50 pictures by beam search with five beams, none cut short. */
export function captioningTasks(backend: Backend): Record<string, () => Promise<() => Promise<void>>> {
  const random = new HostRandom(3)
  const draw = (shape: readonly number[]): DeviceArray => {
    const size = shape.reduce((product, length) => product * length, 1)
    return backend.upload({
      shape,
      dtype: 'float32',
      data: Float32Array.from({ length: size }, () => random.uniform()),
    })
  }
  const words = (count: number): DeviceArray =>
    backend.upload({
      shape: [batch, count],
      dtype: 'int32',
      data: Int32Array.from({ length: batch * count }, () => 4 + random.integer(symbols - 4)),
    })
  return {
    'captioning step 32×64×64': async () => {
      const step = compile(
        backend,
        (params: Params, pictures: Tensor, read: Tensor, said: Tensor) => {
          const { value, gradient } = valueAndGrad((current: Params) => {
            const source = { memory: look(current, pictures) }
            const { logits } = decoder.run(current.decoder as Params, source, read, evaluation)
            return maskedCrossEntropy(logits, said, { padding: 0 })
          })(params)
          const next = zipTrees([params, gradient], (weight, slope) =>
            (weight as Tensor).sub((slope as Tensor).mul(0.01)),
          )
          return { value, next: next as Params }
        },
        { donate: [0] },
      )
      let params = await evaluate(backend, init())
      const [pictures, read, said] = [draw([batch, 3, side, side]), words(steps), words(steps)]
      return async () => {
        const { value, next } = await step(params, pictures, read, said)
        params = next as typeof params
        await value.data()
        value.dispose()
      }
    },
    'beam-5, 50 captions': async () => {
      const params = await evaluate(backend, init())
      const search = beamSearch(
        backend,
        {
          begin: (own: Params, pictures: Tensor) =>
            decoder.prepare(own.decoder as Params, { memory: look(own, pictures) }),
          step: (own, memory, state, said) => decoder.step(own.decoder as Params, memory, state, said),
        },
        { beams: 5, start: 2, end: 3, forbidden: [0, 1], maximumLength: steps },
      )
      const pictures = draw([captions, 3, side, side])
      return async () => {
        await search(params as never, pictures as never)
      }
    },
  }
}
