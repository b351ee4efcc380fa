// The errors of the Go folder: a move the rules forbid, a record that cannot be read, a collection without games.
import { type Complaint, RecipeError } from '@deep-recipe/core-tensor'

/** A move or a setup that the rules of Go forbid; the message says which rule. */
export class IllegalMoveError extends RecipeError {
  override readonly name: string = 'IllegalMoveError'
}

/** Coordinates, sizes or options that name no board, point or plane. */
export class GoError extends RecipeError {
  override readonly name: string = 'GoError'
}

/** A place in a text: line and column from 1, offset in characters from 0. */
export interface TextPosition {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/** A game record that cannot be read; says where in the file. */
export class SgfError extends RecipeError {
  override readonly name: string = 'SgfError'
  readonly position: TextPosition

  constructor(position: TextPosition, complaint: Complaint, options?: ErrorOptions) {
    const place = `line ${position.line}, column ${position.column} (offset ${position.offset})`
    super({ ...complaint, what: `${complaint.what}, ${place}` }, options)
    this.position = position
  }
}

/** A folder, file or zip from which no games can be read. */
export class GameCollectionError extends RecipeError {
  override readonly name: string = 'GameCollectionError'
}
