// Finds the examples that the repository prints: TypeScript blocks in READMEs and in the comments of published packages.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A block of code that a reader may copy. */
export interface Example {
  /** Where it stands, e.g. `packages/core-tensor/README.md, example 2`. */
  readonly name: string
  readonly code: string
  /** What the README says it prints, in a block of text below it. */
  readonly printed: string | undefined
}

/** The repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** Folders of the published packages, such as `packages/core-tensor`. */
export const publishedPackages: readonly string[] = readdirSync(join(root, 'packages'))
  .map((name) => `packages/${name}`)
  .filter((folder) => existsSync(join(root, folder, 'package.json')))
  .filter((folder) => !JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).private)

/** The examples of a README. */
export function readReadme(file: string): Example[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/```ts\n(.*?)```\n(?:\n```text\n(.*?)\n```)?/gs)].map(([, code, printed], at) => ({
    name: `${file}, example ${at + 1}`,
    code: code as string,
    printed,
  }))
}

/** The examples in the comments of a package's sources. They leave out their imports. */
export function readComments(folder: string): Example[] {
  const sources = readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' })
  return sources
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('fixtures'))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(root, folder, 'src', file), 'utf8')
      return [...text.matchAll(/^ *\* ```ts\n(.*?)^ *\* ```/gms)].map(([, code], at) => ({
        name: `${folder}/src/${file}, example ${at + 1}`,
        code: (code as string).replace(/^ *\* ?/gm, ''),
        printed: undefined,
      }))
    })
}

/** The example with an import for each exported name that it uses and does not make itself. */
export function addImports(code: string, exported: ReadonlyMap<string, string>): string {
  const made = new Set([...code.matchAll(/\b(?:const|let|function)\s+(\w+)/g)].map(([, name]) => name))
  const used = new Set(code.replace(/'[^']*'|\/\/.*$/gm, '').match(/(?<![.\w])[A-Za-z]\w*/g))
  const imports = [...used].flatMap((name) => {
    const from = made.has(name) ? undefined : exported.get(name)
    return from ? [`import { ${name} } from '${from}'\n`] : []
  })
  return imports.join('') + code
}
