// openBackend: the best backend that this machine has, and one line that says which and why.
import { type Backend, BackendError, RecipeError, ValueError } from '@deep-recipe/core-tensor'
import { type BackendName, backendNames, firstLine, type Opened, type Openers, openers } from './candidates.ts'

/** Options of `openBackend`. */
export interface OpenBackendOptions {
  /** Tried first; the usual order follows where this machine does not have it. */
  readonly prefer?: BackendName
  /** Say nothing. Default false. */
  readonly quiet?: boolean
  /** Takes the line that says which backend was chosen and why. Default: standard error. */
  readonly log?: (line: string) => void
}

/**
 * Opens the best backend of this machine: WebGL2 on a graphics card, else ONNX Runtime on the CPU, else WebGL2 in
 * software, else the reference interpreter.
 *
 * The environment variable RECIPE_BACKEND (`gl`, `onnx` or `reference`) overrides the choice and is strict: what it names
 * is opened or the call fails.
 *
 * @throws ValueError for a name that is no backend; BackendError when the one that RECIPE_BACKEND names does not open.
 */
export function openBackend(options: OpenBackendOptions = {}): Promise<Backend> {
  // In a browser there is no environment.
  const override = typeof process === 'undefined' ? undefined : process.env.RECIPE_BACKEND
  return chooseBackend(openers, options, override)
}

/** The choice itself, apart from what there is to choose from. */
export async function chooseBackend(
  openers: Openers,
  { prefer, quiet = false, log = (line) => console.error(line) }: OpenBackendOptions,
  override: string | undefined,
): Promise<Backend> {
  const say = (backend: Backend, reason: string): Backend => {
    if (!quiet) log(`Backend: ${backend.name}, ${backend.description} (${reason})`)
    return backend
  }
  if (override) {
    const name = checkName('RECIPE_BACKEND', override)
    return say((await openStrictly(openers, name)).backend, `RECIPE_BACKEND=${name}`)
  }
  const failures: string[] = []
  const attempt = async (name: BackendName): Promise<Opened | undefined> => {
    try {
      return await openers[name]()
    } catch (error) {
      failures.push(`no ${name}: ${shortReason(error)}`)
      return undefined
    }
  }
  const because = (reason: string): string => [...failures, reason].join('; ')

  if (prefer !== undefined) {
    const preferred = await attempt(checkName('prefer', prefer))
    if (preferred) return say(preferred.backend, 'as preferred')
  }
  const gl = prefer === 'gl' ? undefined : await attempt('gl')
  if (gl && !gl.isSoftware) return say(gl.backend, because('graphics hardware'))
  const onnx = prefer === 'onnx' ? undefined : await attempt('onnx')
  if (onnx) {
    gl?.backend.close()
    return say(onnx.backend, because(gl ? 'gl would run in software, native CPU code is faster' : 'native CPU code'))
  }
  if (gl) return say(gl.backend, because('in software'))
  return say((await openers.reference()).backend, because('runs everywhere, slowly'))
}

async function openStrictly(openers: Openers, name: BackendName): Promise<Opened> {
  try {
    return await openers[name]()
  } catch (error) {
    throw new BackendError(
      {
        what: `RECIPE_BACKEND=${name}`,
        expected: 'a backend that opens on this machine',
        received: firstLine(error),
        remedy: 'Follow the advice above, or unset RECIPE_BACKEND.',
      },
      { cause: error },
    )
  }
}

function checkName(what: string, name: string): BackendName {
  const known = backendNames.find((each) => each === name)
  if (known) return known
  throw new ValueError({
    what: `openBackend: ${what}`,
    expected: backendNames.map((each) => `'${each}'`).join(', '),
    received: `'${name}'`,
    remedy: 'Choose one of these, or leave it out.',
  })
}

/** Why a backend did not open, without the advice: what was received of what was expected. */
function shortReason(error: unknown): string {
  return error instanceof RecipeError ? error.received : firstLine(error)
}
