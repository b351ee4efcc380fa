// Words in colour on a terminal: green for praise, red for blame, the stronger the more a word counts.

/** Whether a stream shows colours. `NO_COLOR` and `FORCE_COLOR` decide where they are set (no-color.org, force-color.org). */
export function showsColours(
  stream: { readonly isTTY?: boolean },
  env: { readonly [name: string]: string | undefined },
): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0') return true
  return stream.isTTY === true && env.TERM !== 'dumb'
}

/** Backgrounds of the 256-colour palette from weak to strong, all dark enough for white letters. */
const greens = [22, 28, 34] as const
const reds = [52, 88, 124] as const
/** Shares of the largest weight from which each is used. */
const thresholds = [0.15, 0.4, 0.7] as const

/** Words with a background that says what each counts, in proportion to the largest of them. */
export function colourWords(words: readonly string[], weights: readonly number[]): string {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
  return words.map((word, i) => colourWord(word, (weights[i] ?? 0) / (largest || 1))).join(' ')
}

function colourWord(word: string, share: number): string {
  const level = thresholds.filter((threshold) => Math.abs(share) >= threshold).length - 1
  if (level < 0) return word
  const background = (share > 0 ? greens : reds)[level] as number
  return `\u001b[97;48;5;${background}m${word}\u001b[0m`
}

/** A verdict in green or red. */
export function colourVerdict(text: string, positive: boolean): string {
  return `\u001b[1;${positive ? 32 : 31}m${text}\u001b[0m`
}
