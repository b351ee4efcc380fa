// A run that goes on must go on with the settings with which it began.
import { UsageError } from './errors.ts'
import { formatOptionName } from './options.ts'

/** Whatever decides what is trained, by the names of options. */
export type DecisiveSettings = { readonly [name: string]: unknown }

/**
 * Throws where a resumed run would mix what was trained in different ways.
 *
 * @param run how to call it, e.g. `the run in runs/digits/1`
 * @param began the settings with which it began; every one of them counts
 * @param now those that were asked for
 * @throws UsageError for the first setting that differs. Settings that are null or undefined are both none.
 */
export function requireSameTraining(run: string, began: DecisiveSettings, now: DecisiveSettings): void {
  for (const [name, first] of Object.entries(began)) {
    if ((now[name] ?? undefined) === (first ?? undefined)) continue
    throw new UsageError({
      what: formatOptionName(name),
      expected: `${String(first ?? 'none')}, with which ${run} began`,
      received: String(now[name] ?? 'none'),
      remedy: 'Leave it out, or begin a new run without --resume.',
    })
  }
}
