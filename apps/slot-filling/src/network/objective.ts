// What a tagger is trained for: the right tag of every word and the right intent of the sentence, in nats.
import { oneHot, type Tensor } from '@deep-recipe/core-tensor'
import type { Loss } from '@deep-recipe/training'
import type { Tagger } from './tagger.ts'

/**
 * −Σ_t log p(tag_t) − log p(intent), for each sentence. The sum, and not the mean over its words, so that every word of a long
 * sentence counts as much as one of a short sentence.
 *
 * Targets are int32 [batch, time + 1]: 1 + the number of each word's tag, and 1 + that of the intent at the end. 0 is for
 * padding, and for tags and intents that the tagger cannot say: they count nothing.
 */
export function taggingLoss(tagger: Tagger): Loss {
  return (output, targets) => {
    const [batch, places] = targets.shape as [number, number]
    const time = places - 1
    const { tags, intents } = tagger.unpack(output, time)
    const tagLoss = crossEntropy(tags, targets.slice([0, 0], [batch, time])).sum(1)
    return intents ? tagLoss.add(crossEntropy(intents, targets.slice([0, time], [batch, 1]).reshape([batch]))) : tagLoss
  }
}

/** −log p(target − 1), and 0 for the target 0: logits [..., classes] and targets [...] → [...]. */
function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const marks = oneHot(targets.sub(1), logits.shape.at(-1) as number)
  return marks.mul(logits.logSoftmax()).sum(-1).neg()
}
