// What a fresh machine is told: the missing system packages, and one sentence when installing fails.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryRoot } from '../workspace-packages.ts'
import { explainFailure } from './install.mjs'
import { listMissingPackages } from './system-packages.mjs'

const libraries = 'libX11.so.6 libXext.so.6 libdrm.so.2 libvulkan.so.1'

describe.runIf(process.platform === 'linux')('listMissingPackages', () => {
  test('a bare machine lacks everything', () => {
    expect(listMissingPackages({ commands: new Set(), libraries: '', vulkanDrivers: 0 }, false)).toEqual(
      'python3 make g++ libx11-6 libxext6 libdrm2 libvulkan1 mesa-vulkan-drivers'.split(' '),
    )
  })

  test('a compiler is wanted only while gl is not built', () => {
    const machine = { commands: new Set<string>(), libraries, vulkanDrivers: 1 }
    expect(listMissingPackages(machine, true)).toEqual([])
    expect(listMissingPackages(machine, false)).toEqual(['python3', 'make', 'g++'])
  })

  test('c++ serves as well as g++', () => {
    const commands = new Set(['python3', 'make', 'c++'])
    expect(listMissingPackages({ commands, libraries, vulkanDrivers: 1 }, false)).toEqual([])
  })
})

describe('explainFailure', () => {
  test.each([
    ['npm error code ENOTFOUND request to https://registry.example/pnpm failed', 'registry cannot be reached'],
    ['ERR_PNPM_META_FETCH_FAIL  GET https://registry.example/ndarray', 'registry cannot be reached'],
    ['ENOSPC: no space left on device, write', 'no space left on the disk'],
    ['Error: EACCES: permission denied, mkdir', 'cannot be written'],
    ['ERR_PNPM_OUTDATED_LOCKFILE Cannot install with "frozen-lockfile"', 'does not fit the package.json files'],
    ['spawn npx ENOENT', 'comes with npm'],
  ])('%s', (output, sentence) => {
    expect(explainFailure(output)).toContain(sentence)
  })

  test('makes nothing up for an unknown reason', () => {
    expect(explainFailure('a reason nobody has seen')).toBeUndefined()
  })
})

describe('start.mjs', () => {
  /** Runs start.mjs with `process.versions.node` replaced, as an older Node would run it. */
  const startWith = (version: string) =>
    spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })
         process.argv = [process.argv[0], 'start.mjs', 'test']
         await import(${JSON.stringify(join(repositoryRoot, 'packages/workspace/start.mjs'))})`,
      ],
      { encoding: 'utf8' },
    )

  test.each(['18.20.8', '20.18.3', '21.7.3', '22.11.0'])('refuses Node %s in one sentence', (version) => {
    const { status, stderr, stdout } = startWith(version)
    expect(status).toBe(1)
    expect(stderr).toContain(`this is Node ${version}`)
    expect(stdout).toBe('0 passed, 1 failed\n')
  })
})
