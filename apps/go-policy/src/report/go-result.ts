// What the page of a run is made of.
import type { Backend } from '@deep-recipe/core-tensor'
import type { GoData } from '../data.ts'
import type { Material } from '../material.ts'
import type { Settings } from '../options.ts'
import type { Result } from '../results.ts'

/** What the page tells of. */
export interface GoResult {
  readonly data: GoData
  readonly material: Material
  readonly settings: Settings
  /** At least one; the first is looked at more closely. */
  readonly results: readonly Result[]
  readonly backend: Backend
  readonly seconds: number
}
