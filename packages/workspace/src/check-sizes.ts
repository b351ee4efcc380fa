// A file that can be read in a sitting: 500 lines is the cap, from 300 on a warning asks whether it holds two things.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listSourceFiles } from './source-files.ts'

export const hardLimit = 500
export const softLimit = 300

const sourceFile = /\.(ts|mts|mjs|js|glsl|html|css)$/

/** The source files that were too long; both lists hold lines ready to print. */
export interface SizeReport {
  readonly failures: readonly string[]
  readonly warnings: readonly string[]
}

/** Counts the lines of every source file in the repository at `root`. */
export function checkSizes(root: string): SizeReport {
  const failures: string[] = []
  const warnings: string[] = []
  for (const file of listSourceFiles(root, sourceFile)) {
    const lines = readFileSync(join(root, file), 'utf8').replace(/\n$/, '').split('\n').length
    if (lines > hardLimit) failures.push(`${file} has ${lines} lines: split it, ${hardLimit} is the cap`)
    else if (lines > softLimit) warnings.push(`${file} has ${lines} lines: does it hold two things?`)
  }
  return { failures, warnings }
}
