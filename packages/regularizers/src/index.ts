// What regularizers offers.
export { dropConnect, type StandoutOptions, standout } from './drop-connect.ts'
export {
  annealed,
  type DropoutOptions,
  type DropRate,
  dropout,
  scaleOutgoingWeights,
} from './dropout.ts'
export {
  checkEarlyStoppingRule,
  type EarlyStoppingDecision,
  type EarlyStoppingRule,
  type EarlyStoppingState,
  nothingSeen,
  observe,
} from './early-stopping.ts'
export { averageProbabilities, ensemble } from './ensemble.ts'
export { smoothLabels } from './labels.ts'
export { gaussianNoise } from './noise.ts'
export {
  constrainNorm,
  decayWeights,
  l1Penalty,
  l2Penalty,
  type ParameterFilter,
  weightsOnly,
} from './weight-decay.ts'
