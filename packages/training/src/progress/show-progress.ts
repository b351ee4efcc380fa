// The progress of `fit` on a terminal.
import type { Callback } from '../fit/callbacks.ts'
import type { Figures } from '../fit/history.ts'
import type { Progress, Terminal } from './terminal.ts'

/** Shows epoch, figures and the time that remains while a model is trained. `title` stands in front, default `Training`. */
export function showProgress(terminal: Terminal, title = 'Training'): Callback {
  let progress: Progress | undefined
  let stepsPerEpoch = 1
  return {
    name: 'showProgress',
    onStart({ epochs, step, ...start }): void {
      stepsPerEpoch = start.stepsPerEpoch
      const milestone = { name: 'epoch', every: stepsPerEpoch }
      progress = terminal.startProgress({ title, total: epochs * stepsPerEpoch, initial: step, milestone })
    },
    onStepEnd({ step, stepInEpoch, figures }): void {
      // The last step of an epoch is told with the figures of the validation, below.
      if (stepInEpoch < stepsPerEpoch) progress?.update(step, chooseFigures(figures))
    },
    onEpochEnd({ figures: { step, train, validation } }): void {
      progress?.update(step, { ...chooseFigures(train), ...(validation && chooseFigures(validation, 'validation ')) })
    },
    onEnd(): void {
      progress?.finish()
    },
  }
}

/** What a person watches: the norm of the gradient is for files. */
function chooseFigures({ gradientNorm: _, ...figures }: Figures, prefix = ''): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [prefix + name, value]))
}
