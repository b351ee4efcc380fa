// Makes small repositories in a temporary folder, so that each check can be seen to fail on what it is there to find.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Manifest } from './workspace-packages.ts'

/** A repository of the given files (path → text), removed when the running test ends; returns its folder. */
export function makeRepository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'recipe-repository-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** The text of a package.json. */
export function writeManifest(name: string, more: Partial<Manifest> = {}): string {
  return JSON.stringify({ name: `@deep-recipe/${name}`, version: '0.0.0', ...more })
}
