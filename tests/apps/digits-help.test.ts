// What a stranger reads before anything runs, and pipes that close early.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder, runApp, startLine } from './run-app.ts'
import { tiny } from './tiny-laboratory.ts'

const folder = makeFolder('digits-help')

describe('help', () => {
  test('of the app: commands, examples, where more is found', async () => {
    const { code, out, err } = await runApp(folder, 'digits', '--help')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const command of ['train', 'evaluate', 'predict']) expect(out).toMatch(new RegExp(`^ {2}${command} +\\w`, 'm'))
    expect(out).toMatch(/^Examples:\n( {2}pnpm digits \S.* {2}\S.*\n){3,}/m)
    expect(out).toContain('pnpm digits train --help')
  })

  test('nothing typed: the same on standard error, code 2', async () => {
    const { code, out, err } = await runApp(folder, 'digits')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^Usage: pnpm digits <command> \[options\]/)
  })

  const shared = ['--backend', '--out', '--json', '--help']
  test.each([
    [
      'train',
      [
        ...shared,
        '--data',
        '--seed',
        '--epochs',
        '--resume',
        '--recipes',
        '--train-size',
        '--hidden',
        '--members',
        '--noise',
      ],
      [],
    ],
    ['evaluate', [...shared, '--data'], ['--seed', '--epochs']],
    ['predict', [...shared, '--recipe'], ['--data', '--seed', '--epochs']],
  ])('of %s: its options, and examples that name it', async (command, options, others) => {
    const { code, out } = await runApp(folder, 'digits', command, '--help')
    expect(code).toBe(0)
    for (const option of options) expect(out).toMatch(new RegExp(`${option}\\b`))
    for (const option of others) expect(out).not.toMatch(new RegExp(`^ +${option}\\b`, 'm'))
    expect(out).toMatch(new RegExp(`^Examples:\\n( {2}pnpm digits ${command}\\b.* {2}\\S.*\\n?)+$`, 'm'))
    // Nobody needs to scroll sideways: only examples and lists of names are longer.
    const long = out.split('\n').filter((line) => line.length > 80 && / .* /.test(line.trim()))
    expect(long.every((line) => line.startsWith('  pnpm'))).toBe(true)
  })

  test('the examples are command lines that exist', async () => {
    for (const command of ['train', 'evaluate', 'predict']) {
      const { out } = await runApp(folder, 'digits', command, '--help')
      const examples = out.slice(out.indexOf('Examples:')).match(/--[a-z-]+/g) ?? []
      const options = new Set(out.slice(0, out.indexOf('Examples:')).match(/--[a-z-]+/g))
      for (const option of examples) expect(options).toContain(option)
    }
  })
})

describe('a reader that has seen enough', () => {
  test('of the table: no error, and the run is whole', async () => {
    const words = [...tiny, '--recipes', 'plain,dropout', '--epochs', '1', '--out', 'piped'].join(' ')
    const { out, err } = await startLine(folder, `pnpm digits train ${words} | head -1`).ending
    expect(out).toMatch(/^recipe +clean +noisy\n$/)
    expect(err).not.toMatch(/EPIPE|Error|^\s+at /m)
    expect(existsSync(join(folder, 'piped', 'report.html'))).toBe(true)
    const evaluated = await startLine(folder, 'pnpm digits evaluate --backend reference --out piped | head -1').ending
    expect(evaluated.out).toBe(out)
    expect(evaluated.err).not.toMatch(/EPIPE|Error|^\s+at /m)
  })

  test('of everything: the program ends quietly', async () => {
    const words = [...tiny, '--epochs', '200'].join(' ')
    const { out } = await startLine(folder, `pnpm digits train ${words} 2>&1 | head -3`).ending
    expect(out.trimEnd().split('\n')).toHaveLength(3)
    expect(out).not.toMatch(/EPIPE|Error/)
  })
})
