// The command `evaluate`: the figures of a trained run, on its own test recordings or on others.
import { defineCommand, textOption } from '@deep-recipe/app-kit'
import { loadSpeechData } from './data.ts'
import { describeMeasurement, measure, prepareTest, toFigures } from './measure.ts'
import { stringsOption } from './options.ts'
import { loadNetwork } from './saved-run.ts'

export const evaluate: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Measure the network of a run on test recordings',
  without: ['seed'],
  options: {
    test: textOption({ description: 'Folder with recordings to test on (default: those of the run)' }),
    strings: stringsOption,
  },
  examples: [
    ['evaluate', 'the last run, on the recordings it was tested on'],
    ['evaluate --out runs/mine --test ~/my-voice', 'another run, on recordings of your own'],
  ],
  async start({ options, trained, signal, log, print, output, openBackend, resolvePath }) {
    const startedAt = performance.now()
    const saved = await loadNetwork(options.out, trained, log)
    const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
    const given = options.test ?? text(trained?.options.test)
    const data = await loadSpeechData({
      folder: options.data ?? text(trained?.options.data) ?? options.test,
      testFolder: given === undefined ? undefined : resolvePath(given),
      leaveOut: options.test === undefined ? saved.settings.leaveOut : undefined,
    })
    log(`Data: ${data.source}`)
    const backend = await openBackend()
    signal.throwIfAborted()
    const measured = await measure(
      saved.network,
      saved.params,
      prepareTest(data.test, options.strings ?? saved.settings.strings),
      backend,
    )
    for (const line of describeMeasurement(measured, saved.name)) print(line)
    output(toFigures(measured, (performance.now() - startedAt) / 1000, backend.name))
  },
})
