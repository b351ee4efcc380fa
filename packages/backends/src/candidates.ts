// The backends there are, best first, each loaded only when its turn comes.
import { type Backend, BackendError, openReference } from '@deep-recipe/core-tensor'

/** Names that `prefer` and RECIPE_BACKEND take. */
export type BackendName = 'gl' | 'onnx' | 'reference'

/** All names, in the order in which hardware is tried. */
export const backendNames: readonly BackendName[] = ['gl', 'onnx', 'reference']

/** A backend that was opened. */
export interface Opened {
  readonly backend: Backend
  /** Whether it draws on the CPU what it should draw on a graphics card: then native CPU code is faster. */
  readonly isSoftware: boolean
}

/** How to open each backend. Throws when the machine does not have it. */
export type Openers = { readonly [Name in BackendName]: () => Promise<Opened> }

/** The packages of this toolkit. */
export const openers: Openers = {
  gl: async () => {
    const { openGl } = await load('@deep-recipe/gl-kernels', () => import('@deep-recipe/gl-kernels'))
    const backend = await openGl()
    return { backend, isSoftware: backend.isSoftware }
  },
  onnx: async () => {
    const { openOnnx } = await load('@deep-recipe/onnx-kernels', () => import('@deep-recipe/onnx-kernels'))
    return { backend: await openOnnx(), isSoftware: false }
  },
  reference: async () => ({ backend: openReference(), isSoftware: false }),
}

async function load<Module>(name: string, importModule: () => Promise<Module>): Promise<Module> {
  try {
    return await importModule()
  } catch (error) {
    throw new BackendError(
      {
        what: 'openBackend',
        expected: `the package ${name}`,
        received: firstLine(error),
        remedy: `Install it with \`npm install ${name}\`.`,
      },
      { cause: error },
    )
  }
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string
}
