// The layer check must find each kind of import that the architecture forbids.
import { describe, expect, test } from 'vitest'
import { findCycles } from './check-cycles.ts'
import { allowedImports, checkLayers } from './check-layers.ts'
import { makeRepository, writeManifest } from './repository-fixture.ts'

const names = [
  'core-tensor',
  'gl-kernels',
  'onnx-kernels',
  'layers-core',
  'datasets',
  'training',
  'regularizers',
  'backends',
]
const everything = Object.fromEntries(
  [...names, 'app-kit', 'digits'].map((name) => [`@deep-recipe/${name}`, 'workspace:^']),
)

/** A repository with all packages, each declaring all others, in which `file` imports `specifier`. */
function checkImport(file: string, specifier: string, more: Record<string, string> = {}): string[] {
  return checkLayers(
    makeRepository({
      ...Object.fromEntries(
        names.map((name) => [`packages/${name}/package.json`, writeManifest(name, { dependencies: everything })]),
      ),
      'packages/app-kit/package.json': writeManifest('app-kit', { private: true, dependencies: everything }),
      'apps/digits/package.json': writeManifest('digits', { private: true, dependencies: everything }),
      'tests/package.json': writeManifest('tests', { private: true, dependencies: everything }),
      ...more,
      [file]: `import { it } from '${specifier}'`,
    }),
  )
}

describe('checkLayers', () => {
  test('an entry of the own imports is no dependency', () => {
    const manifest = writeManifest('digits', { private: true, imports: { '#trained/*': './trained/*' } })
    const more = { 'apps/digits/package.json': manifest }
    expect(checkImport('apps/digits/src/a.ts', '#trained/a', more)).toEqual([])
  })

  test.each([
    ['packages/gl-kernels/src/a.ts', '@deep-recipe/layers-core', 'may import core-tensor'],
    ['packages/layers-core/src/a.ts', '@deep-recipe/onnx-kernels', 'may import core-tensor'],
    ['packages/datasets/src/a.ts', '@deep-recipe/layers-core', 'may import core-tensor'],
    ['packages/core-tensor/src/a.ts', '@deep-recipe/datasets', 'imports none of ours'],
    ['packages/training/src/a.ts', '@deep-recipe/backends', 'may import core-tensor, datasets, layers-core'],
    ['packages/training/src/a.test.ts', '@deep-recipe/backends', 'may import core-tensor, datasets, layers-core'],
    ['packages/training/src/a.ts', '@deep-recipe/digits', 'nothing imports an app'],
    ['packages/app-kit/src/a.ts', '@deep-recipe/digits', 'nothing imports an app'],
    ['packages/backends/src/a.ts', '@deep-recipe/app-kit', 'not published'],
    ['packages/training/src/a.ts', '../../layers-core/src/dense.ts', 'must not leave its package'],
    ['packages/training/src/a.ts', '@deep-recipe/training', 'import by path'],
    ['packages/training/src/a.ts', 'fs', 'write node:fs'],
    ['packages/training/src/a.ts', 'left-pad', 'does not declare it'],
    ['packages/training/try.mts', '@deep-recipe/backends', 'may import core-tensor, datasets, layers-core'],
    ['packages/training/try.mts', './src/index.ts', 'by the name of the package'],
    ['packages/training/try.mts', 'left-pad', 'does not declare it'],
    ['apps/digits/src/a.ts', '#trained/a', 'has no such entry'],
  ])('%s must not import %s', (file, specifier, reason) => {
    expect(checkImport(file, specifier)).toEqual([expect.stringContaining(`${file} imports ${specifier}: `)])
    expect(checkImport(file, specifier)[0]).toContain(reason)
  })

  test.each([
    ['packages/gl-kernels/src/a.ts', '@deep-recipe/core-tensor'],
    ['packages/backends/src/a.ts', '@deep-recipe/gl-kernels'],
    ['packages/training/src/readme.test.ts', '@deep-recipe/training'],
    ['packages/training/try.mts', '@deep-recipe/training'],
    ['packages/training/src/deep/a.ts', '../b.ts'],
    ['packages/training/src/a.ts', 'node:fs'],
    ['apps/digits/src/a.ts', '@deep-recipe/backends'],
    ['tests/conformance/a.test.ts', '@deep-recipe/gl-kernels'],
  ])('%s may import %s', (file, specifier) => {
    expect(checkImport(file, specifier)).toEqual([])
  })

  test('a development dependency serves tests only', () => {
    const manifest = {
      'packages/layers-core/package.json': writeManifest('layers-core', { devDependencies: { 'fast-check': '1' } }),
    }
    expect(checkImport('packages/layers-core/src/a.test.ts', 'fast-check', manifest)).toEqual([])
    expect(checkImport('packages/layers-core/src/fixtures/a.ts', 'fast-check', manifest)).toEqual([])
    expect(checkImport('packages/layers-core/try.mts', 'fast-check', manifest)).toEqual([])
    expect(checkImport('packages/layers-core/src/a.ts', 'fast-check', manifest)).toHaveLength(1)
  })

  test('a published package that is not in the table is told so', () => {
    const manifest = { 'packages/new/package.json': writeManifest('new', { dependencies: everything }) }
    expect(checkImport('packages/new/src/a.ts', '@deep-recipe/core-tensor', manifest)[0]).toContain('not in the table')
  })

  test('the table itself has no cycle', () => {
    expect(findCycles(new Map(Object.entries(allowedImports)))).toEqual([])
  })
})
