// When a loss becomes NaN or infinite: the step is run again, slowly, to find the node that began it.
import { compile, type HostArray, NonFiniteError, openReference } from '@deep-recipe/core-tensor'

/** A step and its arguments as host arrays, to be looked into. */
export interface SuspectStep {
  readonly step: (...args: never[]) => unknown
  readonly args: readonly unknown[]
  readonly at: string
  readonly loss: number
}

/** Runs the step on the reference backend in debug mode; throws a NonFiniteError that names the first such node. */
export async function explainNonFinite({ step, args, at, loss }: SuspectStep): Promise<never> {
  const backend = openReference()
  try {
    const run = compile(backend, step as (...args: unknown[]) => unknown, { debug: true })
    await run(...(args as HostArray[]))
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error
    throw new NonFiniteError({
      what: `Training stopped at ${at}. ${error.message} (first cause)`,
      expected: 'a finite loss and gradient',
      received: String(loss),
      remedy: 'Lower the learning rate, clip gradients, or check the data for numbers that are not finite.',
    })
  } finally {
    backend.close()
  }
  throw new NonFiniteError({
    what: `Training stopped at ${at}`,
    expected: 'a finite loss and gradient',
    received: `${loss}, though the same step on the reference backend is finite`,
    remedy: 'This backend overflows earlier: lower the learning rate or scale the inputs.',
  })
}
