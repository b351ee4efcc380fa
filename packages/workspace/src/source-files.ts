// Finds the source files of the repository and reads what each of them imports.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'

const skippedFolders = new Set(['node_modules', 'dist', 'coverage', '.turbo'])

/** The files below packages/, apps/, tests/ and bench/ that match, as paths relative to `root` with forward slashes. */
export function listSourceFiles(root: string, pattern: RegExp): string[] {
  const files: string[] = []
  const open = ['packages', 'apps', 'tests', 'bench'].filter((group) => existsSync(join(root, group)))
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory() && !skippedFolders.has(entry.name)) open.push(path)
      if (entry.isFile() && pattern.test(entry.name)) files.push(path)
    }
  }
  return files.sort()
}

/** What a file imports or exports from elsewhere, types included, each specifier once. */
export function readImports(root: string, file: string): string[] {
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'))
  const constant = /^(['"`])([^'"`$]*)\1$/
  return [
    ...new Set([
      ...module.staticImports.map((each) => each.moduleRequest.value),
      ...module.staticExports.flatMap(({ entries }) => entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
      ...module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
        // A computed specifier names no file here and cannot be followed.
        return constant.exec(readFileSync(join(root, file), 'utf8').slice(start, end))?.[2] ?? []
      }),
    ]),
  ]
}

/** Every TypeScript and JavaScript module of the repository with its imports. */
export function readImportGraph(root: string): Map<string, string[]> {
  return new Map(listSourceFiles(root, /\.(ts|mts|mjs|js)$/).map((file) => [file, readImports(root, file)]))
}

/** The file that a relative specifier in `file` names, relative to the root; undefined for a package name. */
export function resolveRelative(file: string, specifier: string): string | undefined {
  return /^\.\.?(\/|$)/.test(specifier) ? posix.join(posix.dirname(file), specifier) : undefined
}

/** The folder of the package that a file belongs to: `packages/NAME`, `apps/NAME`, or else the top folder. */
export function folderOf(file: string): string {
  return /^(packages|apps)\/[^/]+/.exec(file)?.[0] ?? file.split('/')[0] ?? file
}
