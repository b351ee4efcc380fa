// Random tensors from explicit keys: the same key gives the same bits on every backend. Use each key once.
import { ValueError } from '../errors.ts'
import { makeNode } from '../trace/build.ts'
import { asTensor, Tensor, type TensorLike } from '../trace/tensor.ts'
import type { Shape } from '../trace/types.ts'
import { arange, split, type TensorsOf, tensor } from './create.ts'
import { scan } from './scan.ts'

/**
 * A key (int32[2]) from a seed.
 *
 * @param seed any safe integer.
 * @throws ValueError for anything else.
 */
export function randomKey(seed: number): Tensor {
  if (!Number.isSafeInteger(seed)) {
    throw new ValueError({
      what: 'randomKey(seed)',
      expected: 'a safe integer',
      received: String(seed),
      remedy: 'Give a whole number such as 42.',
    })
  }
  return tensor(Int32Array.of(seed | 0, Math.floor(seed / 2 ** 32) | 0))
}

function draw(kind: 'bits' | 'uniform', key: Tensor, shape: Shape, offset: TensorLike = 0): Tensor {
  const start = asTensor(offset, 'int32')
  return new Tensor(makeNode('random', [key.node, start.node], { shape, kind }))
}

/** Several independent keys from one; two by default. */
export function splitKey<Count extends number = 2>(key: Tensor, count?: Count): TensorsOf<Count> {
  const wanted: number = count ?? 2
  const keys = split(draw('bits', key, [wanted, 2]), wanted).map((part) => part.reshape([2]))
  return keys as TensorsOf<Count>
}

/** A key that depends on a whole number as well, such as a step counter (int32 scalar). */
export function foldInKey(key: Tensor, data: TensorLike): Tensor {
  return draw('bits', key, [2], data)
}

/** 32 random bits per element, as int32. */
export function randomBits(key: Tensor, shape: Shape): Tensor {
  return draw('bits', key, shape)
}

/** Uniform over [low, high). */
export function randomUniform(key: Tensor, shape: Shape, low = 0, high = 1): Tensor {
  const uniform = draw('uniform', key, shape)
  return low === 0 && high === 1 ? uniform : uniform.mul(high - low).add(low)
}

/** Normal with mean 0 and deviation 1: √(−2 ln u₁) cos(2π u₂) (Box and Muller, 1958). */
export function randomNormal(key: Tensor, shape: Shape): Tensor {
  const [radiusKey, angleKey] = splitKey(key)
  // 1 − u lies in (0, 1]: the logarithm stays finite.
  const radius = draw('uniform', radiusKey, shape).neg().add(1).log().mul(-2).sqrt()
  return radius.mul(
    draw('uniform', angleKey, shape)
      .mul(2 * Math.PI)
      .cos(),
  )
}

/**
 * True with the given probability.
 *
 * @param probability a number or a tensor that broadcasts to `shape`.
 * @returns bool of the shape.
 */
export function randomBernoulli(key: Tensor, probability: TensorLike, shape: Shape): Tensor {
  if (typeof probability === 'number' && !(probability >= 0 && probability <= 1)) {
    throw new ValueError({
      what: 'randomBernoulli: probability',
      expected: 'a number from 0 to 1',
      received: String(probability),
      remedy: 'Give the probability of true.',
    })
  }
  return draw('uniform', key, shape).less(probability)
}

/**
 * The numbers 0 … count − 1 in random order (int32), by the swap-or-not shuffle: in each round an element is
 * paired with the one opposite a random centre, and a coin per pair decides whether the two change places
 * (Hoang, Morris, Rogaway, "An enciphering scheme based on a card shuffle", CRYPTO 2012). It needs no sorting.
 */
export function randomPermutation(key: Tensor, count: number): Tensor {
  if (!Number.isInteger(count) || count < 0 || count > 2 ** 24) {
    throw new ValueError({
      what: 'randomPermutation: count',
      expected: 'a whole number from 0 to 2^24',
      received: String(count),
      remedy: 'Permute in blocks, or on the host with HostRandom.',
    })
  }
  if (count < 2) return arange(count)
  const rounds = Math.max(24, 6 * Math.ceil(Math.log2(count)))
  const keys = draw('bits', key, [rounds, 2])
  const [shuffled] = scan(
    (place: Tensor, roundKey: Tensor) => {
      const [centreKey, coinKey] = splitKey(roundKey)
      const centre = draw('uniform', centreKey, []).mul(count).floor().cast('int32')
      const difference = centre.sub(place)
      const partner = difference.less(0).where(difference.add(count), difference)
      // Both of a pair see the same coin: the one that lies at the larger of the two places.
      const coin = draw('bits', coinKey, [count]).less(0).gather(place.maximum(partner))
      return [coin.where(partner, place), undefined]
    },
    arange(count),
    keys,
  )
  return shuffled
}
