// Game trees as SGF text; without recursion, like the reader.

/** What is written of a node; what `parseSgf` returns is one. */
export interface WritableSgfNode {
  readonly properties: ReadonlyMap<string, readonly string[]>
  readonly children: readonly WritableSgfNode[]
}

/** Text that `parseSgf` reads as the same trees, one game after the other. Carriage returns and tabs in values are not kept. */
export function writeSgf(games: readonly WritableSgfNode[]): string {
  const parts: string[] = []
  // What is still to be written, last first: nodes, and text between them.
  const open: (WritableSgfNode | string)[] = games.toReversed().flatMap((game) => [')\n', game, '('])
  while (open.length > 0) {
    const next = open.pop() as WritableSgfNode | string
    if (typeof next === 'string') {
      parts.push(next)
      continue
    }
    parts.push(';')
    for (const [name, values] of next.properties) parts.push(name, ...values.map((value) => `[${escapeValue(value)}]`))
    const [only] = next.children
    if (only && next.children.length === 1) open.push(only, '\n')
    else for (const child of next.children.toReversed()) open.push(')', child, '\n(')
  }
  return parts.join('')
}

function escapeValue(value: string): string {
  return value.replace(/[\\\]]/g, '\\$&')
}
