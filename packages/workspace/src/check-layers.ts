// Who may import whom. The table is the architecture: a backend never imports a layer, a layer never imports a backend,
// and nothing imports an app. Beside it, whatever a published file imports must be declared where npm installs it from.
import { isBuiltin } from 'node:module'
import { folderOf, readImportGraph, resolveRelative } from './source-files.ts'
import { listPackages, type Manifest, type WorkspacePackage } from './workspace-packages.ts'

/** For each published package the packages of ours that it may import; `core-tensor` may be imported by all of them. */
export const allowedImports: Readonly<Record<string, readonly string[]>> = {
  'core-tensor': [],
  'gl-kernels': [],
  'onnx-kernels': [],
  'layers-core': [],
  datasets: [],
  'layers-cnn': ['layers-core'],
  'layers-rnn': ['layers-core'],
  regularizers: ['layers-core'],
  'sequence-losses': ['layers-core'],
  training: ['datasets', 'layers-core', 'regularizers'],
  backends: ['gl-kernels', 'onnx-kernels'],
}

const nameOf = (folder: string): string => folder.split('/').at(-1) ?? folder

/** Why a file of `from` must not import a file of `to`, or undefined where it may. */
function explainForbidden(from: WorkspacePackage, to: WorkspacePackage): string | undefined {
  if (to.folder.startsWith('apps/')) return 'nothing imports an app'
  if (to.folder === 'tests') return 'nothing imports the tests'
  if (from.manifest.private) return undefined
  if (to.manifest.private) return `${to.folder} is not published, so a published package cannot import it`
  const allowed = allowedImports[nameOf(from.folder)]
  if (!allowed) return `${from.folder} is not in the table of check-layers.ts: say there what it may import`
  if (nameOf(to.folder) === 'core-tensor' || allowed.includes(nameOf(to.folder))) return undefined
  if (nameOf(from.folder) === 'core-tensor') return 'core-tensor imports none of ours'
  return `of ours, ${nameOf(from.folder)} may import ${['core-tensor', ...allowed].join(', ')}`
}

/** Whether npm brings the package along: for tests the development dependencies count too. */
function isDeclared(name: string, manifest: Manifest, test: boolean): boolean {
  return [
    manifest.dependencies,
    manifest.peerDependencies,
    manifest.optionalDependencies,
    test ? manifest.devDependencies : undefined,
  ].some((list) => list !== undefined && name in list)
}

/** One line for each import in the repository at `root` that the table forbids or that its package does not declare. */
export function checkLayers(root: string): string[] {
  const packages = listPackages(root)
  const byFolder = new Map(packages.map((each) => [each.folder, each]))
  const byName = new Map(packages.map((each) => [each.manifest.name, each]))

  /** What is wrong with one import, or undefined. */
  const explain = (from: WorkspacePackage, file: string, specifier: string): string | undefined => {
    const target = resolveRelative(file, specifier)
    if (target !== undefined) {
      if (/\/try\.mts$/.test(file)) return 'try.mts shows what a user writes: import by the name of the package'
      return folderOf(target) === from.folder ? undefined : 'a path must not leave its package: import by package name'
    }
    if (isBuiltin(specifier)) return specifier.startsWith('node:') ? undefined : `write node:${specifier}`
    if (specifier.startsWith('#')) {
      const prefixes = Object.keys(from.manifest.imports ?? {}).map((key) => key.replace(/\*$/, ''))
      const isKnown = prefixes.some((prefix) => specifier.startsWith(prefix))
      return isKnown ? undefined : `${from.folder}/package.json has no such entry in its imports`
    }
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
    const test = from.manifest.private === true || /\.test\.ts$|\/fixtures\/|\/try\.mts$/.test(file)
    // A test may use its package as a user does, to run the examples of its README; try.mts is such an example.
    if (name === from.manifest.name) return test ? undefined : 'inside a package, import by path'
    const to = byName.get(name)
    const forbidden = to && explainForbidden(from, to)
    if (forbidden) return forbidden
    return isDeclared(name, from.manifest, test) ? undefined : `${from.folder}/package.json does not declare it`
  }

  return [...readImportGraph(root)].flatMap(([file, specifiers]) => {
    const from = byFolder.get(folderOf(file))
    if (!from) return []
    return specifiers.flatMap((specifier) => {
      const reason = explain(from, file, specifier)
      return reason ? [`${file} imports ${specifier}: ${reason}`] : []
    })
  })
}
