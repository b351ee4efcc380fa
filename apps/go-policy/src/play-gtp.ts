// The command `gtp`: the network as a player whom Sabaki, GoGui and other programs can talk to.
import {
  choiceOption,
  defineCommand,
  flagOption,
  numberOption,
  type OptionKind,
  UsageError,
} from '@deep-recipe/app-kit'
import { openEngine } from './gtp/engine.ts'
import { serve } from './gtp/serve.ts'
import type { EngineOptions } from './gtp/session.ts'
import { loadNetwork, makePolicy, readRun } from './trained-run.ts'

/** How a network plays: options of `gtp` and `match`. */
export const playOptions: {
  readonly model: OptionKind<'cnn' | 'dense' | undefined>
  readonly temperature: OptionKind<number>
  readonly superko: OptionKind<boolean>
  readonly neverResign: OptionKind<boolean>
} = {
  model: choiceOption(['cnn', 'dense'], {
    description: 'Which network of the run plays (default: cnn, if the run has it)',
  }),
  temperature: numberOption({
    description: 'How freely it plays: 0 always the best move, 1 by the probabilities',
    default: 0,
    least: 0,
    most: 10,
  }),
  superko: flagOption({ description: 'Forbid every repetition of a position, not only retaking a ko at once' }),
  neverResign: flagOption({ description: 'Play lost games to the end' }),
}

/** What of `playOptions` and the run makes an engine. */
export function toEngineOptions(
  options: {
    readonly temperature: number
    readonly superko: boolean
    readonly neverResign: boolean
    readonly seed: number
  },
  policy: EngineOptions['policy'],
  description: string,
): EngineOptions {
  return {
    policy,
    rules: { ko: options.superko ? 'superko' : 'simple' },
    temperature: options.temperature,
    resigns: !options.neverResign,
    seed: options.seed,
    description,
  }
}

export const gtp: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Play by the Go Text Protocol, version 2, on standard input and output',
  without: ['data'],
  run: 'last',
  options: playOptions,
  examples: [
    ['gtp', 'the last run'],
    ['gtp --out runs/strong --temperature 0.2', 'another run, with some variety in its moves'],
  ],
  async start({ options, trained, signal, log, openBackend }) {
    if (options.json) {
      throw new UsageError({
        what: '--json',
        expected: 'not to be given with gtp, whose output is that of the protocol',
        received: 'it',
        remedy: 'Leave it out.',
      })
    }
    const run = readRun(options.out, trained, log)
    const network = await loadNetwork(run, options.model)
    const policy = makePolicy(network, run.settings, await openBackend())
    const description = `${network.name} ${run.settings.size}x${run.settings.size}`
    const engine = openEngine(toEngineOptions(options, policy, description), (error) => {
      log(`Unexpected: ${error instanceof Error ? (options.debug ? error.stack : error.message) : String(error)}`)
    })
    log('Ready for commands of the Go Text Protocol; quit ends.')
    await serve(engine, process.stdin, process.stdout, signal)
  },
})
