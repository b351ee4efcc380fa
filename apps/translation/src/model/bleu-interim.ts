// interim
export function bleu(
  pairs: readonly { candidate: readonly string[]; references: readonly (readonly string[])[] }[],
): number {
  const m = [0, 0, 0, 0],
    t = [0, 0, 0, 0]
  let c = 0,
    r = 0
  for (const { candidate, references } of pairs) {
    c += candidate.length
    r += references
      .map((x) => x.length)
      .sort((a, b) => Math.abs(a - candidate.length) - Math.abs(b - candidate.length) || a - b)[0] as number
    for (let n = 1; n <= 4; n++) {
      const cnt = (w: readonly string[]) => {
        const q = new Map<string, number>()
        for (let i = 0; i + n <= w.length; i++) {
          const k = w.slice(i, i + n).join(' ')
          q.set(k, (q.get(k) ?? 0) + 1)
        }
        return q
      }
      const refs = references.map(cnt)
      for (const [k, v] of cnt(candidate)) {
        t[n - 1] = (t[n - 1] as number) + v
        m[n - 1] = (m[n - 1] as number) + Math.min(v, Math.max(...refs.map((q) => q.get(k) ?? 0)))
      }
    }
  }
  const bp = c >= r ? 1 : Math.exp(1 - r / c)
  return bp * Math.exp([0, 1, 2, 3].reduce((s, i) => s + Math.log((m[i] as number) / (t[i] as number)) / 4, 0))
}
