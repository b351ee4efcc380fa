// Words of a sentence: apart at spaces, or also from the punctuation around them.

/** The items of a line that stand apart by spaces or tabs, however many. An empty line has none. */
export function splitWords(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '')
}

/** How to cut sentences into words. */
export interface TokenizeOptions {
  /** Default true. */
  readonly lowerCase?: boolean
}

// A number with its separators, a word with apostrophes, hyphens or dots inside it, or one mark.
const token = /\d+(?:[.,:]\d+)*(?:\p{L}+)?|[\p{L}\p{M}\p{N}]+(?:['’\-.][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]/gu

/**
 * Words and punctuation marks of running text: `"Not bad, isn't it?"` → not, bad, `,`, isn't, it, `?`.
 * For languages that put spaces between words.
 */
export function tokenize(text: string, options: TokenizeOptions = {}): string[] {
  const { lowerCase = true } = options
  return (lowerCase ? text.toLowerCase() : text).match(token) ?? []
}
