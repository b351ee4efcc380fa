// Runs the try.mts of every published package and looks for what it must print. Where the numbers come from stands beside them.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { publishedPackages, root } from './find-examples.ts'
import type { PrintedPages } from './run-pages.ts'

const script = 'node --import tsx --conditions=@deep-recipe/source try.mts'

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const pageOf = (folder: string): string => join(root, folder, 'try.mts')
const flags = script.split(' ').slice(1, -1)

/** What a program run by Node prints. */
async function runNode(cwd: string, ...args: readonly string[]): Promise<string> {
  const { RECIPE_BACKEND: _, ...env } = process.env
  return (await promisify(execFile)(process.execPath, args, { cwd, env })).stdout
}

/** What pages print. */
async function runPages(folders: readonly string[], ...more: readonly string[]): Promise<PrintedPages> {
  return JSON.parse(await runNode(root, ...flags, ...more, fileOf('run-pages.ts'), ...folders.map(pageOf)))
}

/** The numbers of the first line that begins like this. */
function numbersOf(output: string, beginning: string): number[] {
  const line = output.split('\n').find((each) => each.trimStart().startsWith(beginning)) ?? ''
  const numbers = line.slice(line.indexOf(beginning) + beginning.length).match(/-?\d+(\.\d+)?(e[+-]\d+)?/g) ?? []
  return numbers.map(Number)
}

type Skip = (reason: string) => never

const looks: Readonly<Record<string, (output: string, skip: Skip) => void>> = {
  'core-tensor': (output) => {
    // A minimum of Himmelblau's function; there ∂²/∂x² = 12x² + 4y − 42, ∂²/∂x∂y = 4x + 4y and ∂²/∂y² = 4x + 12y² − 26.
    expect(output).toContain('After 100 steps a ball from (0, 0) is at (3.00, 2.00).')
    expect(output).toContain('The curvature there: 74.00  20.00  |  20.00  34.00')
  },
  'onnx-kernels': (output) => {
    for (const size of ['16', '64', '256']) {
      // Sums of as many products of normal numbers, each rounded to 24 bits.
      expect(numbersOf(output, `${size} `)[3]).toBeLessThan(Number(size) * 1e-6)
    }
  },
  'gl-kernels': (output, skip) => {
    const [plain = '', fused = ''] = output.split('Fused:')
    expect(plain.match(/^b\d+ = /gm)?.length).toBeGreaterThan(3)
    expect(fused.match(/^b\d+ = /gm)).toHaveLength(1)
    const reason = /No WebGL2 here\. .*/.exec(output)?.[0]
    if (reason !== undefined) skip(reason)
    expect(numbersOf(output, 'at most')[0]).toBeLessThan(1e-5)
  },
  backends: (output) => {
    expect(output).toMatch(/^Backend: (gl|onnx|reference), .*\(.*\)$/m)
    const losses = [...output.matchAll(/loss ([\d.]+)$/gm)].map(([, loss]) => Number(loss))
    expect(losses.length).toBeGreaterThan(0)
    for (const loss of losses) expect(loss).toBeCloseTo(losses.at(-1) as number, 4)
  },
  'layers-core': (output) => {
    // Half of the squares come through a ReLU: each layer multiplies the variance by 100 · 0.05² / 2, and He's by 1.
    expect(Math.log10(numbersOf(output, 'normal, deviation 0.05')[0] as number)).toBeCloseTo(10 * Math.log10(0.125), 0)
    expect(Math.abs(Math.log10(numbersOf(output, 'He, 2 / inputs')[0] as number))).toBeLessThan(0.5)
  },
  // From the slides of the lecture.
  'layers-cnn': (output) => {
    expect(output).toContain('  3 -1 -3 -1      -1 -1 -1 -1\n -3  1  0 -3      -1 -1 -2  1\n')
    expect(output).toContain('  3  0      -1  1\n  3  1       0  3\n')
  },
  'layers-rnn': (output) => {
    const exponentOf = (name: string): number => numbersOf(output, name)[1] as number
    expect(exponentOf('simple RNN')).toBeLessThan(-5)
    expect(exponentOf('LSTM, its cells alone')).toBeGreaterThan(exponentOf('simple RNN') + 3)
  },
  'sequence-losses': (output) => {
    expect(output).toContain('好好好棒棒棒棒棒 → 好棒\n好∅∅棒∅∅∅∅ → 好棒\n好∅∅棒∅棒∅∅ → 好棒棒\n')
    // Two different labels in five steps can be spelled in 7! / (3! 4!) ways.
    expect(output).toContain('35 of 243 outputs spell 好棒')
    const [loss] = numbersOf(output, 'ctcLoss:')
    expect(loss).toBeGreaterThan(0)
    expect(numbersOf(output, '−log of the sum of all:')).toEqual([loss])
  },
  regularizers: (output) => {
    const [many, one] = [numbersOf(output, '10000 ')[0], numbersOf(output, 'one, weights × 1−p')[0]]
    // The standard error of a mean of ten thousand.
    expect(many).toBeCloseTo(one as number, 1)
  },
  training: (output) => {
    const [taught, unseen] = numbersOf(output, 'Right about')
    expect(taught).toBeGreaterThan(95)
    expect(unseen).toBeLessThan(80)
    expect(output.match(/○/g)?.length).toBe(40)
  },
  datasets: (output) => {
    expect(output).toMatch(/^A \d, and what is created of it:$/m)
    expect(output).toMatch(/^ 9( [.XO]){9} 9$/m)
    expect(output).toMatch(/^book_ticket: .*\[B-\w+\]/m)
    expect(output.match(/^- .* (left|right) .*$/gm)).toHaveLength(5)
  },
}

describe('the pages of all packages', () => {
  let printed: PrintedPages = {}
  beforeAll(async () => {
    printed = await runPages(publishedPackages)
  }, 300_000)

  test.for(publishedPackages)('%s prints what it promises', (folder, { skip }) => {
    const look = looks[folder.replace('packages/', '')]
    expect(look, 'Say in `looks` what the page must print.').toBeDefined()
    look?.(printed[pageOf(folder)] ?? '', skip)
  })
})

test.each(publishedPackages)('%s has a page, a script that runs it, and says so', (folder) => {
  const read = (file: string): string => readFileSync(join(root, folder, file), 'utf8')
  const { name, scripts, files } = JSON.parse(read('package.json'))
  expect(existsSync(pageOf(folder))).toBe(true)
  expect(scripts.try).toBe(script)
  expect(files).not.toContain('try.mts')
  expect(JSON.parse(read('tsconfig.json')).include).toContain('try.mts')
  expect(read('try.mts')).toContain(`\`pnpm --filter ${name} try\``)
  expect(read('README.md')).toContain(`\`pnpm --filter ${name} try\``)
})

test('the script works in the folder of a package', { timeout: 120_000 }, async () => {
  looks['layers-cnn']?.(await runNode(join(root, 'packages/layers-cnn'), ...flags, 'try.mts'), expect.unreachable)
})

test('without the optional native packages, pages say what to install', { timeout: 120_000 }, async () => {
  const folders = ['packages/onnx-kernels', 'packages/gl-kernels', 'packages/backends']
  const printed = await runPages(folders, '--import', fileOf('without-natives.ts'))
  const [onnx, gl, backends] = folders.map((folder) => printed[pageOf(folder)])
  expect(onnx).toMatch(/^openOnnx: .*npm install onnxruntime-node@1\.30\.0/)
  expect(gl).toMatch(/No WebGL2 here\. .*npm install gl@9\.0\.0-rc\.10/)
  expect(backends).toMatch(/^Backend: reference,/)
  expect(backends).toMatch(/^onnx .*npm install onnxruntime-node@1\.30\.0/m)
  expect(backends).toMatch(/^gl .*npm install gl@9\.0\.0-rc\.10/m)
})
