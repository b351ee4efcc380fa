// The errors of a command line.
import { RecipeError } from '@deep-recipe/core-tensor'

/** What was typed cannot be: an unknown option, a value out of range, a folder that is not there. Exit code 2. */
export class UsageError extends RecipeError {
  override readonly name: string = 'UsageError'
}
