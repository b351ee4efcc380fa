// The tagger of the slots panel: words in, a tag for each word out, looking both ways.
import { dense, embedding, type Layer, sequential } from '@deep-recipe/layers-core'
import { bidirectional, lstm, masked } from '@deep-recipe/layers-rnn'

/** Words of a sentence that the page takes; longer ones are cut. */
export const STEPS = 32

/** What stands beside the weights. */
export type SlotNames = { readonly words: readonly string[]; readonly tags: readonly string[] }

/** Numbers of words [batch, STEPS] → logits [batch, STEPS, tags]; 0 is padding, 1 any other word. */
export function makeTagger({ words, tags }: SlotNames): Layer {
  return masked(sequential(embedding(words.length + 2, 32), bidirectional(lstm(48)), dense(tags.length)))
}
