// The recognizer of the speech panel: log-mel features in, at every step a digit or nothing out.
import { dense, type Layer, relu, sequential } from '@deep-recipe/layers-core'
import { bidirectional, lstm } from '@deep-recipe/layers-rnn'

/** Class 0 says nothing; class d + 1 is the digit d. */
export const CLASSES = 11

/** Features [batch, STEPS, STACK · FILTERS] → logits [batch, STEPS, CLASSES]. */
export function makeRecognizer(): Layer {
  return sequential(dense(64, { activation: relu }), bidirectional(lstm(48)), dense(CLASSES))
}
