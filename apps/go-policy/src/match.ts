// The command `match`: games against another program that speaks the Go Text Protocol, with a referee who trusts neither.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { defineCommand, integerOption, numberOption, textOption, UsageError } from '@deep-recipe/app-kit'
import { writeFileAtomically } from '@deep-recipe/training'
import { openEngine } from './gtp/engine.ts'
import { playOptions, toEngineOptions } from './play-gtp.ts'
import { playGame } from './referee/play-game.ts'
import { enginePlayer, PlayerError, programPlayer } from './referee/player.ts'
import { recordGame } from './referee/record-game.ts'
import { describeTally, type MatchGame, tally } from './referee/tally.ts'
import { loadNetwork, makePolicy, readRun } from './trained-run.ts'

const us = 'go-policy'

export const match: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Play games against another Go program, and count wins, illegal moves and errors',
  without: ['data'],
  run: 'last',
  options: {
    ...playOptions,
    opponent: textOption({
      description: 'Command line of the other program; {seed} becomes the number of the game',
      default: 'gnugo --mode gtp --level 1 --chinese-rules --seed {seed}',
    }),
    games: integerOption({
      description: 'Games to play, half of them with black',
      default: 20,
      least: 1,
      most: 10_000,
    }),
    size: integerOption({ description: 'Lines of the board (default: that of the run)', least: 5, most: 19 }),
    komi: numberOption({ description: 'Points for white', default: 7.5, least: -400, most: 400 }),
  },
  examples: [
    ['match --games 20', 'against GNU Go at its lowest level'],
    [
      'match --size 9 --opponent "gnugo --mode gtp --level 10 --chinese-rules"',
      'on a small board, against its usual level',
    ],
  ],
  async start({ options, trained, terminal, signal, log, print, output, openBackend }) {
    const startedAt = performance.now()
    const run = readRun(options.out, trained, log)
    const network = await loadNetwork(run, options.model)
    const policy = makePolicy(network, run.settings, await openBackend())
    const { games: count, komi } = options
    const opponentName = await meetOpponent(fillIn(options.opponent, options.seed))
    const size = options.size ?? run.settings.size
    const now = new Date().toISOString()
    const date = now.slice(0, 10)
    // Each match has a folder of its own: records of earlier ones stay.
    const folder = join(options.out, 'games', now.slice(0, 19).replace('T', '-').replaceAll(':', ''))
    await mkdir(folder, { recursive: true })
    const games: MatchGame[] = []
    const progress = terminal.startProgress({ title: `Games against ${opponentName}`, total: count })
    try {
      for (let number = 1; number <= count && !signal.aborted; number++) {
        const engine = openEngine({ ...toEngineOptions(options, policy, us), seed: options.seed + number }, (error) => {
          log(`Unexpected: ${error instanceof Error ? error.message : String(error)}`)
        })
        const player = enginePlayer(us, engine)
        const opponent = programPlayer(opponentName, fillIn(options.opponent, options.seed + number))
        const colour = number % 2 === 1 ? 1 : -1
        try {
          const [black, white] = colour === 1 ? [player, opponent] : [opponent, player]
          const record = await playGame(black, white, opponent, { size, komi, signal })
          if (signal.aborted) break
          const name = `game-${String(number).padStart(String(count).length, '0')}.sgf`
          await writeFileAtomically(
            join(folder, name),
            recordGame(record, { size, komi, black: black.name, white: white.name, date }),
          )
          games.push({ record, colour })
          for (const fault of [...record.illegal, ...record.errors]) log(`Game ${number}: ${fault}`)
          const { won, drawn } = tally(games)
          progress.update(number, { won, drawn, of: games.length })
        } finally {
          await opponent.close()
        }
      }
    } finally {
      progress.finish()
    }
    const result = tally(games)
    for (const line of describeTally(result, options.opponent, size)) print(line)
    log(`Records: ${folder}`)
    output({
      opponent: options.opponent,
      size,
      ...result,
      seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    })
  },
})

/** The opponent's command line for a game. */
function fillIn(line: string, seed: number): string {
  return line.replaceAll('{seed}', String(seed))
}

/** Starts the opponent once and asks for its name. @throws UsageError where it is no player */
async function meetOpponent(line: string): Promise<string> {
  const player = programPlayer('The opponent', line)
  try {
    const version = await player.send('protocol_version')
    const name = await player.send('name')
    if (version === '2' && name !== '') return name
    throw refuseOpponent(line, `version ${version} of the protocol, name '${name}'`)
  } catch (error) {
    if (error instanceof PlayerError) throw refuseOpponent(line, error.received)
    throw error
  } finally {
    await player.close()
  }
}

function refuseOpponent(line: string, received: string): UsageError {
  return new UsageError({
    what: '--opponent',
    expected: 'a program that speaks version 2 of the Go Text Protocol',
    received: `'${line}': ${received}`,
    remedy: 'Install GNU Go (Debian: apt install gnugo), or name another program.',
  })
}
