// `pnpm release:rehearse`: everything a release does, short of publishing. Builds and packs each package, lints the
// tarballs, and lets pnpm go through the motions of publishing them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkTypes, lintManifest, packPublished } from './pack.ts'
import { runTool } from './run-tool.ts'

const folder = mkdtempSync(join(tmpdir(), 'recipe-release-'))
try {
  console.log('Building and packing')
  let failed = 0
  for (const { name, tarball } of packPublished(folder)) {
    const findings = [...(await lintManifest(tarball)), ...(await checkTypes(tarball))]
    console.log(`  ${name}: ${findings.length === 0 ? 'good' : `${findings.length} findings`}`)
    for (const finding of findings) console.log(`    ${finding}`)
    failed += findings.length
  }
  console.log('Publishing, dry run')
  // --dry-run is what keeps this a rehearsal.
  const { ok } = runTool('show', 'pnpm', '-r', 'publish', '--dry-run', '--no-git-checks')
  const ready = failed === 0 && ok
  console.log(ready ? 'The release is ready.' : 'The release is not ready: see above.')
  process.exitCode = ready ? 0 : 1
} catch (error) {
  console.log((error as Error).message)
  console.log('The release is not ready: see above.')
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}
