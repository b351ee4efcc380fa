// Colours of a terminal, where it has them and its user wants them.

/** Whether to paint: not into pipes or files unless FORCE_COLOR asks for it, and never where NO_COLOR is set (no-color.org). */
export function wantsColor(
  stream: { readonly isTTY?: boolean | undefined },
  environment: { readonly [name: string]: string | undefined },
): boolean {
  if (environment.NO_COLOR) return false
  if (environment.FORCE_COLOR) return environment.FORCE_COLOR !== '0'
  return stream.isTTY === true && environment.TERM !== 'dumb'
}

/** Colours that can be told apart on dark and on light ground: numbers of the 256-colour palette. */
const palette = [33, 166, 35, 127, 160, 37, 136, 62, 98, 71, 168, 130]

/** Text in the nth colour. */
export function paint(text: string, color: number): string {
  return `\u001b[1;38;5;${palette[color % palette.length]}m${text}\u001b[0m`
}

/** Text that stands back. */
export function dim(text: string): string {
  return `\u001b[2m${text}\u001b[0m`
}
