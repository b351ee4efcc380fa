// The lines of the Go Text Protocol, version 2 (Farnebäck, draft 2, 2002, section 2): commands in, responses out.

/** A command as it was sent. */
export interface GtpCommand {
  /** Comes back in the response. */
  readonly id: number | undefined
  /** May be empty, where a line holds nothing but a number. */
  readonly name: string
  readonly words: readonly string[]
}

/** A command that cannot be carried out: the controller is told, and the session goes on. */
export class GtpFailure extends Error {
  override readonly name: string = 'GtpFailure'
}

/** Numbers of commands go up to 2³¹ − 1; a longer row of digits is no number but a name that nobody knows. */
const largestId = 2 ** 31 - 1

/**
 * Reads a line: control characters are dropped, a tab is a space, what follows `#` is a comment.
 *
 * @param line without its line feed.
 * @returns undefined where nothing is left: such lines are not answered.
 */
export function readCommand(line: string): GtpCommand | undefined {
  const text = line
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that the protocol drops
    .replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '')
    .replace(/#.*/, '')
    .replaceAll('\t', ' ')
  const words = text.split(' ').filter((word) => word !== '')
  const [first] = words
  if (first === undefined) return undefined
  const hasId = /^\d+$/.test(first) && Number(first) <= largestId
  const [name = '', ...rest] = hasId ? words.slice(1) : words
  return { id: hasId ? Number(first) : undefined, name, words: rest }
}

/** `=id text` and an empty line. Lines of the text that are empty would end it: they get a space. */
export function formatSuccess(id: number | undefined, text: string): string {
  return formatResponse('=', id, text)
}

/** `?id text` and an empty line. */
export function formatFailure(id: number | undefined, text: string): string {
  return formatResponse('?', id, text)
}

function formatResponse(sign: '=' | '?', id: number | undefined, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters have no place in a response
  const clean = text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ').replace(/\n+$/, '')
  const lines = clean.split('\n').map((line, index) => (line === '' && index > 0 ? ' ' : line))
  return `${sign}${id ?? ''} ${lines.join('\n')}\n\n`
}
