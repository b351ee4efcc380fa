// Classes of the network: 0 is CTC's blank, d + 1 is the digit d.

/** The class that says "no label". */
export const blank = 0

/** Blank and ten digits. */
export const classCount = 11

/** The class of a digit. */
export function classOf(digit: number): number {
  return digit + 1
}

/** Digits of classes as text: [2, 1, 5] → `104`. */
export function spell(classes: readonly number[]): string {
  return classes.map((label) => String(label - 1)).join('')
}
