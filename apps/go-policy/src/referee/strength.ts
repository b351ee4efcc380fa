// What a number of games says about strength.

/** A share with the range that holds the true one in 95 of 100 cases. */
export interface Share {
  readonly share: number
  readonly low: number
  readonly high: number
}

/** 97.5 % of a normal distribution lie below this many deviations. */
const z = 1.959964

/** Share of games won, and its interval (Wilson, 1927); a draw is half a win. */
export function measureShare(won: number, games: number): Share {
  if (games === 0) return { share: Number.NaN, low: 0, high: 1 }
  const share = won / games
  const centre = (share + (z * z) / (2 * games)) / (1 + (z * z) / games)
  const half = (z / (1 + (z * z) / games)) * Math.sqrt((share * (1 - share)) / games + (z * z) / (4 * games * games))
  return { share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}

/** The difference of Elo's ratings that makes a share likely: 400 log₁₀(s / (1 − s)). */
export function toElo(share: number): number {
  return 400 * Math.log10(share / (1 - share))
}
