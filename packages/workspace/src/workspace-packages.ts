// Reads which packages the repository has: the checks, the packaging tests and the release rehearsal all ask here.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const repositoryRoot: string = join(dirname(fileURLToPath(import.meta.url)), '../../..')

/** The part of a package.json that is read here. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
  readonly imports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** A package of the workspace: `folder` is relative to the root, with forward slashes. */
export interface WorkspacePackage {
  readonly folder: string
  readonly manifest: Manifest
}

/** Every package below packages/, apps/ and tests/ of the repository at `root`. */
export function listPackages(root: string = repositoryRoot): WorkspacePackage[] {
  const folders = ['packages', 'apps'].flatMap((group) =>
    existsSync(join(root, group)) ? readdirSync(join(root, group)).map((name) => `${group}/${name}`) : [],
  )
  return [...folders, 'tests'].flatMap((folder) => {
    const path = join(root, folder, 'package.json')
    return existsSync(path) ? [{ folder, manifest: JSON.parse(readFileSync(path, 'utf8')) as Manifest }] : []
  })
}

/** The packages that go to npm. */
export function listPublishedPackages(root: string = repositoryRoot): WorkspacePackage[] {
  return listPackages(root).filter(({ manifest }) => !manifest.private)
}
