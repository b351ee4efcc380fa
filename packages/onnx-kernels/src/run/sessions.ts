// Sessions by model: executables of equal models share one, and the last few that nobody uses are kept for a return.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { OrtRuntime, OrtSession } from './runtime.ts'

/** How sessions run. */
export interface SessionSettings {
  readonly threads: number
  /** Whether idle threads wait for work in a loop instead of asleep. */
  readonly spin: boolean
  /** Unused sessions that are kept. */
  readonly spare: number
}

interface Entry {
  readonly session: Promise<OrtSession>
  users: number
}

/** Creates, shares and releases sessions. */
export class SessionPool {
  readonly #runtime: OrtRuntime
  readonly #settings: SessionSettings
  readonly #entries = new Map<string, Entry>()

  constructor(runtime: OrtRuntime, settings: SessionSettings) {
    this.#runtime = runtime
    this.#settings = settings
  }

  /** The session of a model and what to call when it is no longer used. */
  async acquire(model: Uint8Array): Promise<{ session: OrtSession; release: () => void }> {
    const key = createHash('sha256').update(model).digest('base64')
    const entry = this.#entries.get(key) ?? { session: this.#create(model), users: 0 }
    entry.users++
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    try {
      const session = await entry.session
      let isUsed = true
      const release = (): void => {
        if (isUsed) entry.users--
        isUsed = false
        this.#drop(this.#settings.spare)
      }
      return { session, release }
    } catch (error) {
      this.#entries.delete(key)
      throw error
    }
  }

  /** Releases all sessions. */
  close(): void {
    for (const entry of this.#entries.values()) entry.users = 0
    this.#drop(0)
  }

  /** Releases the unused sessions that were used longest ago, down to `spare` of them. */
  #drop(spare: number): void {
    const unused = [...this.#entries].filter(([, entry]) => entry.users === 0)
    for (const [key, entry] of unused.slice(0, Math.max(0, unused.length - spare))) {
      this.#entries.delete(key)
      // A session that could not be made has nothing to release.
      entry.session.then((session) => session.release()).catch(() => undefined)
    }
  }

  #create(model: Uint8Array): Promise<OrtSession> {
    return this.#runtime.createSession(model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: this.#settings.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      extra: { session: { intra_op: { allow_spinning: this.#settings.spin ? '1' : '0' } } },
      // Errors are thrown: printing them as well would be noise.
      logSeverityLevel: 4,
    })
  }
}

/** Physical cores that this process may use: a second thread on a core shares its arithmetic units and gains nothing. */
export function countCores(): number {
  const threads = availableParallelism()
  if (process.platform !== 'linux') return threads
  try {
    const cores = new Set<string>()
    for (let cpu = 0; cpu < threads; cpu++) {
      cores.add(readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'utf8'))
    }
    return Math.max(1, cores.size)
  } catch {
    return threads
  }
}
