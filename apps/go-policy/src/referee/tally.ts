// The sum of a match, and what it says about strength.
import type { Colour } from '@deep-recipe/datasets/go'
import type { GameRecord } from './play-game.ts'
import { measureShare, toElo } from './strength.ts'

/** A game, and which colour our side had. */
export interface MatchGame {
  readonly record: GameRecord
  readonly colour: Colour
}

/** Sums over games, from our side. */
export type Tally = {
  readonly games: number
  readonly won: number
  readonly drawn: number
  readonly wonAsBlack: number
  readonly illegalMoves: number
  readonly protocolErrors: number
  readonly moves: number
}

/** Adds up. */
export function tally(games: readonly MatchGame[]): Tally {
  const sum = (value: (game: MatchGame) => number): number => games.reduce((total, game) => total + value(game), 0)
  const isWon = ({ record, colour }: MatchGame): boolean => record.winner === colour
  return {
    games: games.length,
    won: sum((game) => Number(isWon(game))),
    drawn: sum(({ record }) => Number(record.winner === undefined)),
    wonAsBlack: sum((game) => Number(isWon(game) && game.colour === 1)),
    illegalMoves: sum(({ record }) => record.illegal.length),
    protocolErrors: sum(({ record }) => record.errors.length),
    moves: sum(({ record }) => record.moves.length),
  }
}

/** The sum in words. */
export function describeTally(result: Tally, opponent: string, size: number): string[] {
  const { games, won, drawn, wonAsBlack, illegalMoves, protocolErrors, moves } = result
  if (games === 0) return ['No game was finished.']
  const { share, low, high } = measureShare(won + drawn / 2, games)
  const percent = (value: number): string => `${Math.round(100 * value)} %`
  const elo = (value: number): string => {
    if (value <= 0) return '−∞'
    if (value >= 1) return '+∞'
    return `${value < 0.5 ? '−' : '+'}${Math.abs(Math.round(toElo(value)))}`
  }
  return [
    `${games} games on ${size} × ${size} against ${opponent}: ${won} won (${wonAsBlack} as black), ${drawn} drawn, ${games - won - drawn} lost.`,
    `Share of the points: ${percent(share)}, in 95 of 100 cases between ${percent(low)} and ${percent(high)}; in Elo ${elo(share)}, between ${elo(low)} and ${elo(high)}.`,
    `${moves} moves, ${illegalMoves} illegal, ${protocolErrors} errors of the protocol.`,
  ]
}
