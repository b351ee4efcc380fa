// A game as a row of 16-bit steps, moves and setup alike: small enough that millions of moves fit in memory.
//
//   bits 0–9   the point, 1023 for a pass
//   bits 10–12 what happens there
import type { Colour } from '../rules/stones.ts'
import { BLACK, PASS, WHITE } from '../rules/stones.ts'

const passBits = 1023

/** What a step does: a move of black or white, or setting a point to black, white or empty, or the turn to black or white. */
export const stepKinds = {
  blackMove: 0,
  whiteMove: 1,
  setBlack: 2,
  setWhite: 3,
  setEmpty: 4,
  blackToMove: 5,
  whiteToMove: 6,
} as const

export type StepKind = (typeof stepKinds)[keyof typeof stepKinds]

export function encodeStep(kind: StepKind, point: number): number {
  return (kind << 10) | (point === PASS ? passBits : point)
}

export function encodeMove(colour: Colour, point: number): number {
  return encodeStep(colour === BLACK ? stepKinds.blackMove : stepKinds.whiteMove, point)
}

export function kindOfStep(step: number): StepKind {
  return (step >> 10) as StepKind
}

/** The point of a step; −1 for a pass. */
export function pointOfStep(step: number): number {
  const point = step & passBits
  return point === passBits ? PASS : point
}

export function isMove(step: number): boolean {
  return step >> 10 <= stepKinds.whiteMove
}

export function colourOfMove(step: number): Colour {
  return step >> 10 === stepKinds.blackMove ? BLACK : WHITE
}
