// The command line as users meet it: the demo app as a process of its own, judged by what it prints and how it ends.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

const demo = join(import.meta.dirname, 'fixtures', 'demo-app.ts')
const root = await files.mkdtemp(join(tmpdir(), 'app kit-'))
afterAll(() => files.rm(root, { recursive: true }))

// Every test starts processes, which take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

interface Ending {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

// tsx is found from the folder of this package, while the demo runs in another.
const tsx = import.meta.resolve('tsx')

function begin(words: readonly string[], env: Record<string, string> = {}, cwd = root): ChildProcessWithoutNullStreams {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|PNPM_|INIT_CWD$|RECIPE_)/i.test(name))
  return spawn(process.execPath, ['--conditions=@deep-recipe/source', '--import', tsx, demo, ...words], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
  })
}

function finish(child: ChildProcessWithoutNullStreams): Promise<Ending> {
  const texts = { out: '', err: '' }
  child.stdout.on('data', (data) => {
    texts.out += String(data)
  })
  child.stderr.on('data', (data) => {
    texts.err += String(data)
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...texts })))
}

const run = (...words: string[]): Promise<Ending> => finish(begin(words))

/** Waits until standard error holds a text. */
function waitFor(child: ChildProcessWithoutNullStreams, text: string): Promise<void> {
  let seen = ''
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (data) => {
      seen += String(data)
      if (seen.includes(text)) resolve()
    })
    child.on('close', () => reject(new Error(`Ended before it said ${text}: ${seen}`)))
  })
}

const lastLine = (text: string): unknown => JSON.parse(text.trimEnd().split('\n').at(-1) as string)

test('help goes to standard output, nothing typed is wrong usage', async () => {
  const { code, out, err } = await run('--help')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('Usage: pnpm demo <command> [options]')
  const nothing = await run()
  expect({ ...nothing, err: '' }).toEqual({ code: 2, out: '', err: '' })
  expect(nothing.err).toBe(out)
})

describe('wrong usage: one sentence and code 2', () => {
  const cases: [string[], RegExp][] = [
    [
      ['train', '--epoch', '3'],
      /^Error: Command line: .* received unknown option '--epoch'\. Did you mean --epochs\?$/,
    ],
    [['train', '--data', 'nowhere'], /--data: expected a folder, received .*nowhere, which is not there/],
    [['train', '--data', demo], /--data: expected a folder, received a file, .*demo-app\.ts/],
    [['evaluate', '--out', 'nowhere'], /--out: expected a folder, received .*nowhere, which is not there/],
    [
      ['evaluate'],
      /--out: expected a run to work on, received none so far in .*runs\/demo\. Train one with `pnpm demo train`/,
    ],
    [['train', '--resume'], /--resume: expected a run to work on/],
  ]
  test.each(cases)('%j', async (words, message) => {
    const { code, out, err } = await run(...words)
    expect(err.trimEnd()).toMatch(message)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })
})

describe('a run', () => {
  let folder = ''
  beforeAll(async () => {
    folder = join(root, 'user')
    await files.mkdir(folder)
  })
  const here = (...words: string[]): Promise<Ending> => finish(begin(words, {}, folder))

  test('train: results on standard output, all else on standard error', async () => {
    const { code, out, err } = await here('train')
    expect({ code, out }).toEqual({ code: 0, out: 'The number is about 2.05078125\n' }) // 3 · (1 − 0.75⁴)
    expect(err).toMatch(/^Beginning at epoch 0\nLearning: epoch 1\/4, guess 0\.75, .*\n[\s\S]*epoch 4\/4/)
  })

  test('evaluate takes the last run, and knows how it was trained', async () => {
    const { code, out, err } = await here('evaluate', '--json', '--data', '.')
    expect(code).toBe(0)
    expect(out).toBe(`{"error":0.94921875,"trainedFor":4,"data":${JSON.stringify(folder)},"warnings":0}\n`)
    expect(err).toBe('off by 0.94921875\n')
  })

  test('a later run becomes the last; --out chooses another', async () => {
    const { out } = await here('train', '--json', '--epochs', '1', '--out', 'mine', '--flavour=sour', '--loud')
    expect(lastLine(out)).toEqual({ guess: 0.75, epochs: 1, rate: 0.25, flavour: 'sour', loud: true })
    expect(lastLine((await here('evaluate', '--json')).out)).toMatchObject({ error: 2.25 })
    const [first] = (await files.readdir(join(folder, 'runs', 'demo'))).filter((name) =>
      /^\d{4}-\d\d-\d\d-\d{6}$/.test(name),
    )
    expect(lastLine((await here('evaluate', '--json', '--out', `runs/demo/${first}`)).out)).toMatchObject({
      trainedFor: 4,
    })
    await files.rm(join(folder, 'mine'), { recursive: true })
    const { code, err } = await here('evaluate')
    expect(code).toBe(2)
    expect(err).toMatch(/The last run .*: expected a folder, received .*mine, which is not there/)
  })

  test('run.json tells how', async () => {
    await here('train', '--out', 'told', '--seed', '2', '--json')
    expect(JSON.parse(await files.readFile(join(folder, 'told', 'run.json'), 'utf8'))).toEqual({
      app: 'demo',
      arguments: ['train', '--out', 'told', '--seed', '2', '--json'],
      options: { learningRate: 0.25, pause: 0, loud: false, epochs: 4, seed: 2 },
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })

  test('--resume goes on with the options of the run, unless others are typed', async () => {
    await here('train', '--out', 'resumed', '--epochs', '2', '--learning-rate', '0.5')
    const { out, err } = await here('train', '--resume', '--epochs', '3', '--json')
    expect(err).toContain('Beginning at epoch 2')
    expect(lastLine(out)).toMatchObject({ guess: 2.625, epochs: 3, rate: 0.5 }) // 3 · (1 − 0.5³)
    const { out: again } = await here('train', '--resume', '--json')
    expect(lastLine(again)).toMatchObject({ guess: 2.625, epochs: 3, rate: 0.5 })
  })

  test('what cannot be carried out leaves no trace, and the last run stays the last', async () => {
    const last = await files.readFile(join(folder, 'runs', 'demo', 'last-run.json'), 'utf8')
    const before = await files.readdir(join(folder, 'runs', 'demo'))
    const { code, err } = await here('train', '--flavour', 'sour', '--learning-rate', '1', '--epochs', '13')
    expect({ code, err }).toEqual({
      code: 1,
      err: 'Error: The demo: expected another number of epochs, received 13. Take 12.\n',
    })
    await here('train', '--out', 'refused', '--epochs', '13')
    expect(await files.readdir(join(folder, 'runs', 'demo'))).toEqual(before)
    expect(await files.readFile(join(folder, 'runs', 'demo', 'last-run.json'), 'utf8')).toBe(last)
    expect(await files.readdir(folder)).not.toContain('refused')
  })

  test('a folder that holds no run, or one of another app, is refused', async () => {
    await files.mkdir(join(folder, 'bare'))
    await files.mkdir(join(folder, 'foreign'))
    await files.cp(join(folder, 'told'), join(folder, 'foreign'), { recursive: true })
    const record = JSON.parse(await files.readFile(join(folder, 'told', 'run.json'), 'utf8'))
    await files.writeFile(join(folder, 'foreign', 'run.json'), JSON.stringify({ ...record, app: 'opera' }))
    await files.writeFile(join(folder, 'bare', 'other.txt'), '')
    for (const words of [['train', '--resume'], ['evaluate'], ['predict', 'a.png']]) {
      const bare = await here(...words, '--out', 'bare')
      expect(bare.code).toBe(2)
      expect(bare.err).toMatch(
        /^Error: The run in .*bare: expected a run of demo, .* received no readable run\.json\. .*\n$/,
      )
      const foreign = await here(...words, '--out', 'foreign')
      expect(foreign.code).toBe(2)
      expect(foreign.err).toMatch(
        /^Error: The run in .*foreign: expected a run of demo, .* received one of opera\. .*\n$/,
      )
    }
    expect(await files.readdir(join(folder, 'bare'))).toEqual(['other.txt'])
  })

  test('a run that cannot be written is a failure that names the folder', async () => {
    await files.writeFile(join(folder, 'file'), '')
    const { code, err } = await here('train', '--out', 'file/run')
    expect(code).toBe(1)
    expect(err).toMatch(/^Error: --out .*file\/run: expected a folder that can be made and written, received .*\n$/)
  })

  test('predict: operands are relative to the user, and the backend is the one asked for', async () => {
    const { code, out, err } = await here('predict', 'a.png', '/b.png', '--json', '--backend', 'reference')
    expect(err).toMatch(/^Backend: reference, .*\n$/)
    expect({ code, figures: lastLine(out) }).toEqual({
      code: 0,
      figures: { files: [join(folder, 'a.png'), '/b.png'], backend: 'reference' },
    })
  })

  test('started by a package manager, the folder is the one the user typed in', async () => {
    const script = join(root, 'package')
    await files.mkdir(script)
    const words = ['--', 'predict', 'a.png', '--json', '--backend', 'reference', '--out', join(folder, 'resumed')]
    const started = { INIT_CWD: folder, npm_package_json: join(script, 'package.json') }
    expect(lastLine((await finish(begin(words, started, script))).out)).toMatchObject({
      files: [join(folder, 'a.png')],
    })
    // The same variables, inherited from a script that has long gone elsewhere, mean nothing.
    expect(lastLine((await finish(begin(words, started, root))).out)).toMatchObject({ files: [join(root, 'a.png')] })
  })
})

describe('failures', () => {
  test('a typed error is one sentence, code 1', async () => {
    const { code, out, err } = await run('fail', 'typed')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toBe('Error: The demo: expected nothing good, received this. Try another way.\n')
  })

  test('an unexpected error says how to see more, and --debug shows it', async () => {
    expect(await run('fail', 'unexpected')).toEqual({
      code: 1,
      out: '',
      err: 'Unexpected error: TypeError: x is not a function\nRun it again with --debug to see where it happened.\n',
    })
    const { code, err } = await run('fail', 'unexpected', '--debug')
    expect(code).toBe(1)
    expect(err).toMatch(/ at .*demo-app\.ts/)
  })

  test('so does one that nobody waited for', async () => {
    const { code, err } = await run('fail', 'later')
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('Unexpected error: TypeError: too late') })
  })

  test('--json without figures is a failure, not an empty line', async () => {
    const { code, out, err } = await run('fail', 'silent', '--json')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('The command fail gave no figures')
  })

  test('figures given before a failure are not lost', async () => {
    const { code, out, err } = await run('fail', 'partly', '--json')
    expect({ code, out }).toEqual({ code: 1, out: '{"done":2}\n' })
    expect(err).toMatch(/^Error: The demo: /)
  })

  test('a reader that has seen enough is no error', async () => {
    const child = begin(['train', '--help'])
    child.stdout.destroy()
    const { code, err } = await finish(child)
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })
})

describe('Ctrl-C', () => {
  test('saves and says how to resume, and resuming goes on', async () => {
    const out = join(root, "it's mine")
    const child = begin(['train', '--epochs', '200', '--pause', '20', '--json', '--out', out])
    const ending = finish(child)
    await waitFor(child, 'epoch 3/200')
    child.kill('SIGINT')
    const { code, out: text, err } = await ending
    expect({ code, text }).toEqual({ code: 130, text: '' })
    expect(err).toContain('Stopping… (Ctrl-C again to stop at once)')
    expect(err.trimEnd().split('\n').at(-1)).toBe(
      `Stopped. To go on: pnpm demo train --resume --out '${out.replace("'", "'\\''")}'`,
    )
    const resumed = await run('train', '--resume', '--out', out, '--pause', '0')
    expect(resumed.err).toMatch(/^Beginning at epoch [3-9]/)
    expect(resumed.err).toContain('epoch 200/200')
    expect(resumed.code).toBe(0)
  })

  test('twice ends a command that does not listen', async () => {
    const child = begin(['fail', 'deaf'])
    const ending = finish(child)
    await waitFor(child, 'waiting')
    child.kill('SIGINT')
    await waitFor(child, 'Stopping')
    child.kill('SIGINT')
    expect((await ending).code).toBe(130)
  })

  test('a command may stop by throwing the reason; a request to terminate has its own code', async () => {
    const child = begin(['fail', 'politely'])
    const ending = finish(child)
    await waitFor(child, 'waiting')
    child.kill('SIGTERM')
    expect(await ending).toEqual({ code: 143, out: '', err: 'waiting\nStopping…\nStopped.\n' })
  })
})
