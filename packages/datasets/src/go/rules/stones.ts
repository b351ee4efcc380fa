// The names of the contents of a point.

/** A stone's colour, and the player's who has it: black 1, white −1. */
export type Colour = 1 | -1

export const BLACK: Colour = 1
export const WHITE: Colour = -1
export const EMPTY = 0
/** What lies beyond the edge. */
export const EDGE = 2

/** The point number that means a pass. */
export const PASS = -1

export function opponentOf(colour: Colour): Colour {
  return colour === BLACK ? WHITE : BLACK
}

export function nameColour(colour: Colour): 'black' | 'white' {
  return colour === BLACK ? 'black' : 'white'
}
