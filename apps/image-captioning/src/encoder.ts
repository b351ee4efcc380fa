// The encoder: what a picture, a clip or its ready-made features become before words are made of them, a list of vectors
// that attention can look at.
import { concat, splitKey, type Tensor, tensor } from '@deep-recipe/core-tensor'
import { conv1d, conv2d, maxPool2d, residual } from '@deep-recipe/layers-cnn'
import {
  activation,
  batchNorm,
  type Context,
  evaluation,
  type Layer,
  makeLayer,
  type Params,
  type ParamsByPosition,
  relu,
  sequential,
} from '@deep-recipe/layers-core'
import { addCoordinates, coordinate, gatherPlaces, listPlaces } from './coordinates.ts'

/** What decides an encoder. */
export interface EncoderSettings {
  /** Of one view: [3, size, size] of a picture, [frames, 3, size, size] of a clip, [channels, height, width] of features. */
  readonly view: readonly number[]
  /** `pictures` and `clips` are bytes and go through convolutions; `features` are another network's numbers. */
  readonly kind: 'pictures' | 'clips' | 'features'
  /** Filters of the blocks of convolution. For features and frames, the last is the width of what they are brought to. */
  readonly channels: readonly number[]
  /** Whether it stays as it is, and only the decoder learns. */
  readonly frozen: boolean
}

/** An encoder: [batch, ...view] → what attention looks at, [batch, places, features]. */
export interface Encoder {
  readonly layer: Layer
  apply(params: Params, views: Tensor, context: Context): Tensor
}

/** Makes an encoder. */
export function makeEncoder({ view, kind, channels, frozen }: EncoderSettings): Encoder {
  const layer =
    kind === 'clips'
      ? clipEncoder(view, channels)
      : kind === 'features'
        ? featureEncoder(channels)
        : pictureEncoder(channels)
  return {
    layer,
    apply: (params, views, context) => {
      if (!frozen) return layer.apply(params, views, context)
      // In evaluation batch normalisation leaves its statistics alone as well.
      return layer.apply(params, views, evaluation).stopGradient()
    },
  }
}

/**
 * Convolutions over pictures, of which the last two are a residual block. The first one, 5 × 5, takes every second place;
 * those in between halve the side by pooling. The block before the residual one sees coordinates as well, so that a feature
 * can be how far to the left something lies: which of two shapes lies to the left is seen at neither of them alone.
 *
 * [batch, 3, size, size], bytes → [batch, side², channels + 2].
 */
function pictureEncoder(channels: readonly number[]): Layer {
  const last = channels.at(-1) as number
  const refinement = residual(sequential(...convolution(last), ...convolution(last).slice(0, 2)), { activation: relu })
  const blocks = sequential(
    ...halvingConvolutions(channels),
    makeLayer('addCoordinates', addCoordinates),
    ...convolution(last),
    refinement,
    makeLayer('listPlaces', listPlaces),
  )
  return {
    name: `pictures(${blocks.name})`,
    init: (key, shape) => blocks.init(key, shape),
    apply: (params, pictures, context) => blocks.apply(params as ParamsByPosition, scaleBytes(pictures), context),
  }
}

/**
 * The same over each frame of a clip. Of its places remain the strongest of each feature, and where the feature lies. Then
 * frames learn of those before and after them, as in the short motions of Yao and others (2015): which way something moves is
 * seen in no frame alone. The time stands beside them.
 *
 * [batch, frames, 3, size, size], bytes → [batch, frames, 2 · channels + 1].
 */
function clipEncoder([frames = 1, ...frame]: readonly number[], channels: readonly number[]): Layer {
  const last = channels.at(-1) as number
  const pictures = pictureEncoder(channels)
  const overTime = (): Layer[] => [conv1d(2 * last, 3, { padding: 'same', useBias: false }), batchNorm()]
  const motion = sequential(
    ...overTime(),
    activation(relu, 'relu'),
    residual(sequential(...overTime(), activation(relu, 'relu'), ...overTime()), { activation: relu }),
  )
  const times = Array.from({ length: frames }, (_, index) => [coordinate(index, frames)])
  return {
    name: `clips(${pictures.name}, ${motion.name})`,
    init: (key) => {
      const [pictureKey, motionKey] = splitKey(key, 2)
      return { pictures: pictures.init(pictureKey, frame), motion: motion.init(motionKey, [3 * last, frames]) }
    },
    apply: (params, clips, context) => {
      const own = params as { readonly pictures: Params; readonly motion: ParamsByPosition }
      const batch = clips.shape[0] as number
      const places = pictures.apply(own.pictures, clips.reshape([batch * frames, ...frame]), context)
      const seen = gatherPlaces(places).reshape([batch, frames, 3 * last])
      const moving = motion.apply(own.motion, seen.transpose([0, 2, 1]), context).transpose([0, 2, 1])
      return concat([moving, tensor(times).broadcastTo([batch, frames, 1])], -1)
    },
  }
}

/** Another network's feature map, brought to a width that suits the decoder. [batch, c, h, w] → [batch, h · w, channels + 2]. */
function featureEncoder(channels: readonly number[]): Layer {
  const blocks = sequential(
    conv2d(channels.at(-1) as number, 1, { useBias: false }),
    batchNorm(),
    activation(relu, 'relu'),
  )
  return {
    name: `features(${blocks.name})`,
    init: (key, shape) => blocks.init(key, shape),
    apply: (params, features, context) => listPlaces(blocks.apply(params as ParamsByPosition, features, context)),
  }
}

/** All blocks but the last: the first takes every second place, the others halve the side by pooling. */
function halvingConvolutions(channels: readonly number[]): Layer[] {
  return channels
    .slice(0, -1)
    .flatMap((filters, position) =>
      position === 0 ? convolution(filters, 5, 2) : [...convolution(filters), maxPool2d(2)],
    )
}

function convolution(filters: number, window = 3, stride = 1): Layer[] {
  const sum = conv2d(filters, window, { padding: 'same', useBias: false, stride })
  return [sum, batchNorm(), activation(relu, 'relu')]
}

/** Side of the map that attention sees of a picture. */
export function sideOfMap(size: number, blocks: number): number {
  return Math.floor(Math.ceil(size / 2) / 2 ** Math.max(0, blocks - 2))
}

/** Bytes 0 to 255 as numbers from −1 to 1. */
function scaleBytes(bytes: Tensor): Tensor {
  return bytes.div(127.5).sub(1)
}
