// Every source file opens with a comment that says what it holds and why, so that a reader knows within a line whether
// to read on.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listSourceFiles } from './source-files.ts'

/** One line for each source file in the repository at `root` that does not open with a comment. */
export function checkOpenings(root: string): string[] {
  return listSourceFiles(root, /\.(ts|mts|mjs|js)$/).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8').replace(/^#!.*\n/, '')
    return /^(\/\/ \S|\/\*)/.test(text) ? [] : [`${file} does not open with a comment: say what it holds and why`]
  })
}
