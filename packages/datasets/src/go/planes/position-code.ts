// A position as one number of 14 bits for each point, seen by the player to move: whatever any feature says about the point. A
// few hundred bytes instead of the 70 kB of the 48 planes of a large board, so thousands of positions can wait in memory.
//
//   a stone   bit 0 is 1 · bit 1: own · bits 2–4: moves ago − 1 · bits 5–7: liberties − 1
//   no stone  bit 0 is 0 · bits 1–5: see below · bits 6–9: the chain of a move here · bits 10–13: stones it captures
//
// Numbers count up to 8, which stands for more. The chain of a move: 0 none or without liberties, 1 to 7 with 2 to 8 liberties, 8
// to 15 with one liberty and 1 to 8 stones. What is said of moves is 0 where a move is illegal.

export const STONE = 1
export const OWN = 2
export const LADDER_CAPTURE = 2
export const LADDER_ESCAPE = 4
export const KO = 8
export const LEGAL = 16
/** Legal, and fills no own eye. */
export const SENSIBLE = 32
/** Number of different codes. */
export const codeCount: number = 1 << 14
/** The largest number that is told from larger ones. */
const most = 8

/** @param age how many moves ago the stone was played, 1 for the last move. */
export function codeStone(own: boolean, age: number, liberties: number): number {
  return STONE | (own ? OWN : 0) | ((limit(age) - 1) << 2) | ((limit(liberties) - 1) << 5)
}

/** @param stones of the chain that the move makes, `liberties` those of that chain. */
export function codeMove(sensible: boolean, captured: number, stones: number, liberties: number): number {
  const chain = liberties === 0 ? 0 : liberties === 1 ? most - 1 + limit(stones) : limit(liberties) - 1
  return LEGAL | (sensible ? SENSIBLE : 0) | (chain << 6) | (limit(captured) << 10)
}

export function ageOf(stone: number): number {
  return ((stone >> 2) & 7) + 1
}

export function libertiesOf(stone: number): number {
  return ((stone >> 5) & 7) + 1
}

export function capturedBy(move: number): number {
  return (move >> 10) & 15
}

export function libertiesAfter(move: number): number {
  const chain = (move >> 6) & 15
  return chain >= most ? 1 : chain === 0 ? 0 : chain + 1
}

/** Stones of the chain of a move that leaves it one liberty, else 0. */
export function selfAtariSize(move: number): number {
  return Math.max(0, ((move >> 6) & 15) - most + 1)
}

function limit(count: number): number {
  return Math.min(count, most)
}
