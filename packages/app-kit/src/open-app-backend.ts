// The backend of an app: the one that was asked for, or the best there is.
import { type BackendName, openBackend } from '@deep-recipe/backends'
import { type Backend, BackendError, RecipeError } from '@deep-recipe/core-tensor'

export type { BackendName } from '@deep-recipe/backends'

/** What `--backend` takes. */
export const backendNames: readonly BackendName[] = ['gl', 'onnx', 'reference']

/**
 * Opens a backend and says which. A named one is opened or the call fails; RECIPE_BACKEND counts only where none is named.
 * @throws BackendError where the named one does not open here
 */
export async function openAppBackend(name: BackendName | undefined, log: (line: string) => void): Promise<Backend> {
  if (name === undefined) return openBackend({ log })
  const before = process.env.RECIPE_BACKEND
  process.env.RECIPE_BACKEND = name // the strict way: `prefer` would go on to another one
  try {
    return await openBackend({ log: (line) => log(line.replace(`RECIPE_BACKEND=${name}`, `--backend ${name}`)) })
  } catch (error) {
    throw new BackendError(
      {
        what: `--backend ${name}`,
        expected: 'a backend that opens on this machine',
        received: error instanceof RecipeError ? error.received : String(error),
        remedy: 'Leave --backend out to use the best that works here.',
      },
      { cause: error },
    )
  } finally {
    if (before === undefined) delete process.env.RECIPE_BACKEND
    else process.env.RECIPE_BACKEND = before
  }
}
