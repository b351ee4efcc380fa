// One game between two players. The referee has a board of its own, and both players must agree with it at every move.
import { Board, type Colour, GoError, nameColour, opponentOf, PASS, parseVertex } from '@deep-recipe/datasets/go'
import { type Player, PlayerError } from './player.ts'

/** How a game is played. */
export interface GameSettings {
  readonly size: number
  readonly komi: number
  /** Moves after which a game is counted as it stands. Default 3 · size². */
  readonly mostMoves?: number
  /** When aborted, the game ends where it is, without a result. */
  readonly signal?: AbortSignal
}

/** A game that is over. */
export interface GameRecord {
  /** Points; −1 is a pass. Black moved first. */
  readonly moves: readonly number[]
  readonly winner: Colour | undefined
  /** As in a record: `B+3.5`, `W+Resign`, `B+Forfeit`, `0`. */
  readonly result: string
  /** Moves that the referee's rules forbid, or that the other player refused. */
  readonly illegal: readonly string[]
  /** Responses that were none of the protocol, or failures of commands that must not fail. */
  readonly errors: readonly string[]
}

/**
 * Plays a game to two passes, a resignation or a breach of the rules, and has it counted by the judge.
 *
 * @param judge one of the players: its `final_score` counts.
 */
export async function playGame(
  black: Player,
  white: Player,
  judge: Player,
  { size, komi, mostMoves = 3 * size * size, signal }: GameSettings,
): Promise<GameRecord> {
  const board = new Board(size)
  const moves: number[] = []
  const over = (winner: Colour | undefined, result: string, faults: Partial<GameRecord> = {}): GameRecord => ({
    moves,
    winner,
    result,
    illegal: [],
    errors: [],
    ...faults,
  })
  const forfeit = (loser: Colour, faults: Partial<GameRecord>): GameRecord =>
    over(opponentOf(loser), `${letterOf(opponentOf(loser))}+Forfeit`, faults)
  let asked: Colour = 1
  try {
    for (const [player, colour] of [[black, 1] as const, [white, -1] as const]) {
      asked = colour
      for (const command of [`boardsize ${size}`, 'clear_board', `komi ${komi}`]) await player.send(command)
    }
    while (board.passes < 2 && moves.length < mostMoves) {
      if (signal?.aborted) return over(undefined, 'Void')
      const colour = board.toMove
      asked = colour
      const [mover, other] = colour === 1 ? [black, white] : [white, black]
      const answer = await mover.send(`genmove ${nameColour(colour)}`)
      if (/^resign$/i.test(answer)) return over(opponentOf(colour), `${letterOf(opponentOf(colour))}+Resign`)
      const move = readMove(answer, size)
      const where = `${mover.name}: move ${moves.length + 1}, ${answer}`
      if (move === undefined) return forfeit(colour, { errors: [`${where} is no move`] })
      const reason = board.tryPlay(move, colour)
      if (reason !== undefined) return forfeit(colour, { illegal: [`${where}: ${reason}`] })
      moves.push(move)
      try {
        await other.send(`play ${nameColour(colour)} ${answer}`)
      } catch (error) {
        if (!(error instanceof PlayerError && error.isRefusal)) {
          asked = opponentOf(colour)
          throw error
        }
        return forfeit(colour, { illegal: [`${where}: refused by ${other.name}`] })
      }
    }
    asked = judge === black ? 1 : -1
    const result = await judge.send('final_score')
    return over(/^b/i.test(result) ? 1 : /^w/i.test(result) ? -1 : undefined, result)
  } catch (error) {
    if (!(error instanceof PlayerError)) throw error
    return forfeit(asked, { errors: [error.message] })
  }
}

function letterOf(colour: Colour): string {
  return colour === 1 ? 'B' : 'W'
}

function readMove(answer: string, size: number): number | undefined {
  if (/^pass$/i.test(answer)) return PASS
  try {
    return parseVertex(answer, size)
  } catch (error) {
    if (error instanceof GoError) return undefined
    throw error
  }
}
