// The command `predict`: what a network thinks of the moves of a game, as a board in the terminal and on a page.
import { basename, join } from 'node:path'
import { defineCommand, integerOption, textOption, UsageError } from '@deep-recipe/app-kit'
import { Board, formatVertex, type GoGame, listMoves, replay } from '@deep-recipe/datasets/go'
import { type BoardPicture, formatShare, rankMoves } from './board/board-picture.ts'
import { drawInTerminal, markedMoves, moveLetter, wantsColour } from './board/draw-terminal.ts'
import { countAhead } from './measure.ts'
import { playOptions } from './play-gtp.ts'
import { readRecord } from './record.ts'
import { type Judgement, writePredictionPage } from './report/prediction-page.ts'
import { loadNetwork, makePolicy, readRun } from './trained-run.ts'

export const predict: ReturnType<typeof defineCommand> = defineCommand({
  summary: 'Draw a position of a game with the probabilities of the next moves',
  without: ['data', 'seed'],
  options: {
    model: playOptions.model,
    move: integerOption({
      description: 'The position before this move (default: the one after the last move)',
      least: 1,
    }),
    page: textOption({
      description: 'Where the page is written (default: predictions/GAME.html in the folder of the run)',
    }),
  },
  operands: { name: '<game.sgf>', description: 'A game record' },
  examples: [
    ['predict game.sgf', 'what comes next, and how the moves of the game were foreseen'],
    ['predict game.sgf --move 57', 'the position before move 57'],
    ['predict game.sgf --json', 'the probabilities of all points'],
  ],
  async start({ options, operands, trained, terminal, signal, resolvePath, log, print, output, openBackend }) {
    const name = operands[0] as string
    const game = await readRecord(resolvePath(name), name)
    const moves = listMoves(game)
    const before = options.move === undefined ? moves.length : options.move - 1
    if (before > moves.length) failForLackOfMoves(options.move ?? 0, moves.length)
    const run = readRun(options.out, trained, log)
    const network = await loadNetwork(run, options.model)
    const policy = makePolicy(network, run.settings, await openBackend())
    if (!policy.accepts(game.size)) failForSize(game.size, policy.size)

    const judgements: Judgement[] = []
    const progress = terminal.startProgress({ title: 'Positions', total: moves.length + 1 })
    const board = new Board(game.size)
    try {
      for (let number = 0; number <= moves.length; number++) {
        signal.throwIfAborted()
        replay(game, number, board)
        const colour = moves[number]?.colour ?? board.toMove
        judgements.push({
          picture: drawPosition(game, board, number, await policy.assess(board, colour)),
          colour,
          number,
        })
        progress.update(number + 1)
      }
    } finally {
      progress.finish()
    }
    const shown = judgements[before] as Judgement
    const path = resolvePath(
      options.page ?? join(options.out, 'predictions', `${basename(name).replace(/\.sgf$/i, '')}.html`),
    )
    await writePredictionPage(path, { name: basename(name), game, judgements, shown: before, network: network.name })

    print(drawInTerminal(shown.picture, !options.json && wantsColour(process.stdout, process.env)))
    for (const line of describePosition(shown, game.size)) print(line)
    const foreseen = judgements.filter(({ picture }) => (picture.played ?? -1) >= 0)
    if (foreseen.length > 0) print(describeGame(foreseen))
    log(`Page: ${path}`)
    const { probabilities = [] } = shown.picture
    output({
      move: before + 1,
      player: shown.colour === 1 ? 'black' : 'white',
      best: rankMoves(probabilities, markedMoves).map((point) => ({
        vertex: formatVertex(point, game.size),
        probability: probabilities[point] as number,
      })),
      probabilities: Array.from(probabilities),
    })
  },
})

function drawPosition(game: GoGame, board: Board, number: number, probabilities: Float32Array): BoardPicture {
  const moves = listMoves(game)
  const last = moves[number - 1]?.point
  const played = moves[number]?.point
  return {
    size: game.size,
    stones: board.stones.slice(0, game.size ** 2),
    probabilities,
    ...(last !== undefined && { last }),
    ...(played !== undefined && { played }),
  }
}

function describePosition({ picture, colour, number }: Judgement, size: number): string[] {
  const { probabilities = [], played } = picture
  const player = colour === 1 ? 'Black (●)' : 'White (○)'
  const best = rankMoves(probabilities, markedMoves).map(
    (point, rank) => `${moveLetter(rank)} ${formatVertex(point, size)} ${formatShare(probabilities[point] as number)}`,
  )
  const lines = [`${player} to play move ${number + 1}: ${best.join(', ')}`]
  if (played === undefined) return lines
  if (played < 0) return [...lines, 'The game went on with a pass.']
  const share = formatShare(probabilities[played] as number)
  return [
    ...lines,
    `The game went on at ${formatVertex(played, size)}: choice ${countAhead(probabilities, played) + 1}, ${share}`,
  ]
}

function describeGame(judgements: readonly Judgement[]): string {
  const ahead = judgements.map(({ picture }) => countAhead(picture.probabilities ?? [], picture.played as number))
  const first = ahead.filter((count) => count < 1).length
  const five = ahead.filter((count) => count < 5).length
  return `Of the ${ahead.length} moves of the game ${first} were its first choice, ${five} among its first five.`
}

function failForLackOfMoves(move: number, count: number): never {
  throw new UsageError({
    what: '--move',
    expected: `a move from 1 to ${count + 1}, the one that is yet to come`,
    received: String(move),
    remedy: 'Give a smaller number.',
  })
}

function failForSize(size: number, known: number): never {
  throw new UsageError({
    what: 'The game',
    expected: `a board of ${known} lines, which is all that the fully connected network knows`,
    received: `${size} lines`,
    remedy: 'Use the convolutional network, --model cnn, which sees boards of every size.',
  })
}
