// Words as the tagger sees them: in lower case, and every digit as 0, so that 838 am is like 905 am.

/** `Taipei` → `taipei`, `2nd` → `0nd`. */
export function normalizeWord(word: string): string {
  return word.toLowerCase().replace(/\p{Nd}/gu, '0')
}
