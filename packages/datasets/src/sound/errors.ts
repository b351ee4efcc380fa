// The error of this folder: each complaint says what was expected, what came, and what to do about it.
import { RecipeError } from '@deep-recipe/core-tensor'

/** Bytes that are no sound that can be read, or options of sound that make no sense. */
export class SoundError extends RecipeError {
  override readonly name: string = 'SoundError'
}
