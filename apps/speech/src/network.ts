// The networks: from frames of features to scores of blank and digits, a few frames at a time.
import { type Tensor, tensor } from '@deep-recipe/core-tensor'
import { conv1d } from '@deep-recipe/layers-cnn'
import {
  activation,
  dense,
  type Layer,
  layerNorm,
  makeLayer,
  type Params,
  relu,
  sequential,
} from '@deep-recipe/layers-core'
import { bidirectional, lstm } from '@deep-recipe/layers-rnn'
import { dropout } from '@deep-recipe/regularizers'
import { blank, classCount } from './digits.ts'
import { filters } from './hearing.ts'

/** Which network. */
export type NetworkName = 'conv-lstm' | 'bilstm' | 'frames'

/** A network: [batch, time, filters + 1] → logits [batch, time / stride, classes]. The last feature of a frame is 1 where it is real, 0 in padding. */
export interface Network {
  readonly layer: Layer
  /** Frames in a step of the output; the time of a batch is a multiple of it. */
  readonly stride: number
}

/** What can be chosen. */
export interface NetworkOptions {
  readonly name: NetworkName
  /** Of the LSTM, each way. */
  readonly units: number
  readonly dropout: number
}

/** Steps of the output that real frames have. */
export function countSteps(frames: number, stride: number): number {
  return Math.ceil(frames / stride)
}

/** Builds a network. */
export function buildNetwork({ name, units, dropout: rate }: NetworkOptions): Network {
  if (name === 'conv-lstm') {
    return {
      stride: 4,
      layer: overRealFrames(
        4,
        sequential(
          thinOut(2 * units, 5),
          thinOut(2 * units, 3),
          dropout(rate),
          bidirectional(lstm(units)),
          dropout(rate),
          spellOut(),
        ),
      ),
    }
  }
  if (name === 'bilstm') {
    return {
      stride: 3,
      layer: overRealFrames(
        3,
        sequential(
          stackFrames(3),
          bidirectional(lstm(units)),
          dropout(rate),
          bidirectional(lstm(units)),
          dropout(rate),
          spellOut(),
        ),
      ),
    }
  }
  return {
    stride: 4,
    layer: overRealFrames(
      4,
      sequential(stackFrames(4), dense(2 * units, { activation: relu }), dropout(rate), spellOut()),
    ),
  }
}

/** Takes the last feature off the frames: it says which of them are real, and becomes the mask of the steps inside. */
function overRealFrames<P extends Params>(stride: number, layer: Layer<P>): Layer<P> {
  return {
    name: layer.name,
    init: (key, [time]) => layer.init(key, [time as number, filters]),
    apply: (params, input, context) => {
      const [batch, time] = input.shape as [number, number, number]
      const real = input
        .at(filters, 2)
        .reshape([batch, time / stride, stride])
        .at(0, 2)
        .greater(0)
      return layer.apply(params, input.slice([0, 0, 0], [batch, time, filters]), { ...context, mask: real })
    },
  }
}

/**
 * Scores of blank and digits, to begin with such that blank is unlikely.
 *
 * Where all classes begin alike, blank, which may stand anywhere, is soon all that is heard, and it takes a while until digits come back
 * (Zeyer, Schlüter and Ney, "Why does CTC result in peaky behavior?", 2021). Where blank begins rare, all of a word first says its digit.
 */
function spellOut(): Layer {
  const scores = Float32Array.from({ length: classCount }, (_, label) => (label === blank ? -2 : 0))
  return dense(classCount, { biasInitializer: () => tensor(scores) })
}

/** Several frames side by side as one step: [batch, time, n] → [batch, time / count, count · n]. */
function stackFrames(count: number): Layer {
  return makeLayer(`stackFrames(${count})`, (input) => {
    const [batch, time, width] = input.shape as [number, number, number]
    return input.reshape([batch, time / count, count * width])
  })
}

/** A convolution over time that keeps every second step: normalized, rectified, and 0 where nothing is real. */
function thinOut(channels: number, window: number): Layer {
  const reach = (window - 1) / 2
  const convolution = conv1d(channels, window, { stride: 2, padding: reach })
  const after = sequential(layerNorm(), activation(relu))
  return {
    name: `thinOut(${channels}, ${window})`,
    init: (key, [time, width]) => ({
      0: convolution.init(key, [width as number, time as number]),
      1: after.init(key, [(time as number) / 2, channels]),
    }),
    apply: (params, input, context) => {
      const parts = params as { readonly [position: string]: Params }
      const maps = convolution.apply(parts[0] as never, input.swapAxes(1, 2), context).swapAxes(1, 2)
      const output = after.apply(parts[1] as never, maps, context)
      return context.mask ? keepReal(output, context.mask) : output
    },
  }
}

/** Zeros in padding, so that a sequence gives the same in any batch. */
function keepReal(steps: Tensor, mask: Tensor): Tensor {
  const [batch, time] = steps.shape as [number, number, number]
  const every = time / (mask.shape[1] as number)
  const real =
    every === 1
      ? mask
      : mask
          .expandDims(2)
          .broadcastTo([batch, time / every, every])
          .reshape([batch, time])
  return real.expandDims(2).where(steps, 0)
}

/** A network as people call it. */
export function networkTitle(name: NetworkName): string {
  return {
    'conv-lstm': 'Convolution and LSTM both ways',
    bilstm: 'Two LSTMs both ways',
    frames: 'Feed-forward network on 65 ms',
  }[name]
}
