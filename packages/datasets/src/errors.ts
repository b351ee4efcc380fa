// The errors of this package: each says what was expected, what came, and what to do about it.
import { RecipeError } from '@deep-recipe/core-tensor'

/** Arrays or options that do not fit together: shapes, lengths, fractions, seeds. */
export class DatasetError extends RecipeError {
  override readonly name: string = 'DatasetError'
}

/** Bytes that are not a whole, well-formed IDX file. */
export class IdxError extends RecipeError {
  override readonly name: string = 'IdxError'
}

/** A folder that lacks a file of the data set, or whose files contradict each other. */
export class FolderError extends RecipeError {
  override readonly name: string = 'FolderError'
}

/** A text file that cannot be understood; names the file and the line. */
export class TextError extends RecipeError {
  override readonly name: string = 'TextError'
}
