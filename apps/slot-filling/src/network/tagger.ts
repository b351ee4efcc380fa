// The tagger: words → vectors → a body → the slot of each word, and the intent of the sentence by attention over its words.
import { concat, foldInKey, type Shape, type Tensor } from '@deep-recipe/core-tensor'
import {
  type Context,
  dense,
  embedding,
  inferOutputShape,
  type Layer,
  type Params,
  uniformInitializer,
} from '@deep-recipe/layers-core'
import { attentionPooling } from '@deep-recipe/layers-rnn'
import { dropout } from '@deep-recipe/regularizers'
import { findModel, type ModelName } from './models.ts'

/** What a tagger is made of. */
export interface TaggerSettings {
  readonly model: ModelName
  /** Whether it sees the letter trigrams of words beside their numbers. */
  readonly hashing: boolean
  /** Units of the body (of each direction). */
  readonly units: number
  /** Width of a word's vector, and of that of its trigrams. */
  readonly width: number
  /** Share that is dropped of words' vectors and of the body's output. */
  readonly dropout: number
  /** Words ahead that recurrent networks see which walk forward. */
  readonly lookAhead: number
}

/** How many there are of each kind. */
export interface TaggerSizes {
  /** Numbers of words and of trigrams, padding included. */
  readonly words: number
  readonly trigrams: number
  readonly tags: number
  /** 0 for data without intents. */
  readonly intents: number
}

/** What a tagger says of a batch. */
export interface TaggerOutput {
  /** Logits of tags, [batch, time, tags]. */
  readonly tags: Tensor
  /** Logits of intents, [batch, intents]; undefined for data without. */
  readonly intents: Tensor | undefined
}

/** A layer whose output holds logits of tags and of intents, side by side: [batch, time · tags + intents]. */
export interface Tagger extends Layer {
  /** Takes the output apart. */
  unpack(output: Tensor, time: number): TaggerOutput
}

/** The parts, under the names of their parameters. */
type Parts = {
  readonly words: Layer
  /** None without hashing. */
  readonly trigrams?: Layer
  readonly body: Layer
  readonly tags: Layer
  /** None without intents. */
  readonly pooling?: Layer
  readonly intents?: Layer
}

/**
 * A tagger.
 *
 * It takes int32 [batch, time, 1 + trigrams]: for each word its number and those of its trigrams (see `Coder`). 0 is padding.
 */
export function buildTagger(sizes: TaggerSizes, settings: TaggerSettings): Tagger {
  const parts = makeParts(sizes, settings)
  const drop = dropout(settings.dropout)
  return {
    name: `tagger(${settings.model})`,
    init: (key, inputShape) => initParts(parts, key, inputShape),
    apply: (params, input, outer) => {
      const [batch, time, codes] = input.shape as [number, number, number]
      const numbers = input.slice([0, 0, 0], [batch, time, 1]).reshape([batch, time])
      const mask = numbers.notEqual(0)
      let draws = 0
      const run = (layer: Layer, own: unknown, given: Tensor): Tensor =>
        layer.apply(own as Params, given, withKey({ ...outer, mask }, draws++))
      const words = run(parts.words, params.words, numbers)
      const trigrams = input.slice([0, 0, 1], [batch, time, codes - 1])
      const seen = parts.trigrams ? concat([words, run(parts.trigrams, params.trigrams, trigrams)], -1) : words
      // Nothing stands where no word is: a window beyond the end of a sentence sees zeros.
      const features = run(drop, {}, mask.expandDims(-1).where(seen, 0))
      const states = run(drop, {}, run(parts.body, params.body, features))
      const tags = run(parts.tags, params.tags, states).reshape([batch, time * sizes.tags])
      if (!parts.pooling || !parts.intents) return tags
      return concat([tags, run(parts.intents, params.intents, run(parts.pooling, params.pooling, states))], -1)
    },
    unpack: (output, time) => {
      const batch = output.shape[0] as number
      const size = time * sizes.tags
      return {
        tags: output.slice([0, 0], [batch, size]).reshape([batch, time, sizes.tags]),
        intents: sizes.intents > 0 ? output.slice([0, size], [batch, sizes.intents]) : undefined,
      }
    },
  }
}

function makeParts(sizes: TaggerSizes, { model, hashing, units, width, lookAhead }: TaggerSettings): Parts {
  const initializer = uniformInitializer(-0.1, 0.1)
  return {
    words: embedding(sizes.words, width, { initializer }),
    ...(hashing && { trigrams: embeddingBag(embedding(sizes.trigrams, width, { initializer })) }),
    body: findModel(model, lookAhead).body(units),
    tags: dense(sizes.tags),
    ...(sizes.intents > 0 && { pooling: attentionPooling(units), intents: dense(sizes.intents) }),
  }
}

/** First parameters of the parts, for sentences of some length. */
function initParts(parts: Parts, key: Tensor, [time = 1, codes = 1]: Shape): Params {
  const keyOf = (place: number): Tensor => foldInKey(key, place)
  const words = parts.words.init(keyOf(0), [time])
  const trigrams = parts.trigrams?.init(keyOf(1), [time, codes - 1])
  const vectors = inferOutputShape(parts.words, words, [time]).at(-1) as number
  const features = [time, trigrams ? 2 * vectors : vectors]
  const body = parts.body.init(keyOf(2), features)
  const states = inferOutputShape(parts.body, body, features)
  const own = { words, ...(trigrams && { trigrams }), body, tags: parts.tags.init(keyOf(3), states) }
  if (!parts.pooling || !parts.intents) return own
  return {
    ...own,
    pooling: parts.pooling.init(keyOf(4), states),
    intents: parts.intents.init(keyOf(5), states.slice(1)),
  }
}

/** Sums the rows that are named, but for 0: int32 [batch, time, names] → [batch, time, width]. */
function embeddingBag(rows: Layer): Layer {
  return {
    name: `bag of ${rows.name}`,
    init: rows.init,
    apply: (params, input, context) =>
      input
        .notEqual(0)
        .expandDims(-1)
        .where(rows.apply(params, input, context), 0)
        .sum(-2),
  }
}

/** A context of its own for each part, so that they draw independently. */
function withKey(context: Context, draw: number): Context {
  return context.key ? { ...context, key: foldInKey(context.key, draw) } : context
}
