// The errors of the Go folder: a move the rules forbid, a record that cannot be read, a collection without games.
import { RecipeError } from '@deep-recipe/core-tensor'

/** A move or a setup that the rules of Go forbid; the message says which rule. */
export class IllegalMoveError extends RecipeError {
  override readonly name: string = 'IllegalMoveError'
}

/** Coordinates, sizes or options that name no board, point or plane. */
export class GoError extends RecipeError {
  override readonly name: string = 'GoError'
}
