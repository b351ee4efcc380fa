// The command `evaluate`: the table of a trained run, on the held-out sentences of the data it is given.
import { defineCommand } from '@deep-recipe/app-kit'
import { evaluateModel } from '@deep-recipe/training'
import { encodePairs, pairBatches } from '../model/batches.ts'
import { makeLoss } from '../model/loss.ts'
import { toTrainable } from '../model/network.ts'
import { collectSentences } from '../result/measure.ts'
import { describeTable, type ModelResult, toFigures } from '../result/results.ts'
import { loadPairs } from '../text/data.ts'
import { measureModel } from './measure-model.ts'
import { loadNetwork, readVocabulary } from './run-files.ts'
import { chooseSettings } from './settings.ts'

export const evaluate: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Measure the networks of a run on held-out sentences',
  without: ['seed'],
  examples: [
    ['evaluate', 'the last run, on the test of the data it was trained with'],
    ['evaluate --out runs/chinese --data ~/other', 'another run, on the test of other pairs'],
  ],
  async start(context) {
    const { options, trained, log, print, output, openBackend } = context
    const startedAt = performance.now()
    const record = trained?.options ?? {}
    const settings = chooseSettings(record)
    const vocabulary = await readVocabulary(options.out)
    const folder = options.data ?? (typeof record.data === 'string' ? record.data : undefined)
    const data = await loadPairs({
      folder,
      generated: settings.phrases,
      trainSize: settings.trainSize,
      longest: settings.longest,
      seed: Number(record.seed),
    })
    for (const problem of data.problems) log(problem)
    log(`Data: ${data.source}; ${data.test.length} pairs to test with`)
    const { direction, codecs } = vocabulary
    const sentences = collectSentences(data.test, direction)
    const networks = []
    for (const kind of settings.kinds)
      networks.push(await loadNetwork(options.out, kind, vocabulary, Number(record.epochs), log))
    const backend = await openBackend()
    const validation = pairBatches(encodePairs(data.validation, codecs, direction), {
      batchSize: settings.batchSize,
      buckets: 1,
    })
    const results: ModelResult[] = []
    for (const one of networks) {
      const measured = await measureModel(context, one, codecs, sentences, settings)
      const loss = makeLoss(settings.labelSmoothing)
      const figures = await evaluateModel(toTrainable(one.network), one.params, validation, { backend, loss })
      results.push({ kind: one.kind, ...measured, loss: figures.loss as number, history: [] })
    }
    for (const line of describeTable(results, sentences.length)) print(line)
    output(toFigures(results, (performance.now() - startedAt) / 1000, backend.name))
  },
})
