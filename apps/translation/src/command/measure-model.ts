// A network's translations of the test, with a bar, and what they are worth: for `train` and `evaluate`.
import type { CommandContext } from '@deep-recipe/app-kit'
import type { Codecs } from '../model/batches.ts'
import { modelTitles } from '../model/network.ts'
import { makeTranslator, type Translation } from '../model/translator.ts'
import { measureQuality, type Quality, type TestSentence, translateTest } from '../result/measure.ts'
import type { LoadedNetwork } from './run-files.ts'
import type { Settings } from './settings.ts'

/** Translates and measures. */
export async function measureModel(
  { terminal, signal, openBackend }: Pick<CommandContext<unknown>, 'terminal' | 'signal' | 'openBackend'>,
  { kind, network, params }: LoadedNetwork,
  codecs: Codecs,
  sentences: readonly TestSentence[],
  { beams, direction }: Pick<Settings, 'beams' | 'direction'>,
): Promise<{ readonly quality: Quality; readonly translations: readonly Translation[] }> {
  const translator = makeTranslator(await openBackend(), network, params, codecs, { beams })
  const progress = terminal.startProgress({ title: `${modelTitles[kind]}: translating`, total: sentences.length })
  try {
    const translations = await translateTest(translator, sentences, signal, (done) => progress.update(done))
    return { translations, quality: measureQuality(sentences, translations, direction) }
  } finally {
    progress.finish()
    translator.dispose()
  }
}
