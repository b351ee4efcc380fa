// Finds the line and column of an offset, only when somebody needs them for a message.
import type { TextPosition } from '../errors.ts'

/** Lines end in LF, CR or CR LF. */
export function locate(text: string, offset: number): TextPosition {
  let line = 1
  let start = 0
  for (let at = 0; at < offset; at++) {
    const code = text.charCodeAt(at)
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) {
      line++
      start = at + 1
    }
  }
  return { line, column: offset - start + 1, offset }
}
