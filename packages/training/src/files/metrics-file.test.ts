// metrics.jsonl survives kills: what was cut off goes, and what comes again is not there twice.
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test, vi } from 'vitest'
import { FileError } from './errors.ts'
import { openMetrics, readMetrics } from './metrics-file.ts'

// Disks take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const root = await files.mkdtemp(join(tmpdir(), 'metrics-'))
afterAll(() => files.rm(root, { recursive: true }))
const path = join(root, 'run', 'metrics.jsonl')

test('one object a line, in the order of the calls', async () => {
  const metrics = await openMetrics(path)
  await Promise.all([1, 2, 3].map((step) => metrics.append({ step, loss: step === 3 ? Number.NaN : 1 / step })))
  expect(await files.readFile(path, 'utf8')).toBe(
    '{"step":1,"loss":1}\n{"step":2,"loss":0.5}\n{"step":3,"loss":null}\n',
  )
})

test('a new run starts an empty file', async () => {
  await (await openMetrics(path)).append({ step: 9 })
  await openMetrics(path)
  expect(await readMetrics(path)).toEqual([])
  expect(await readMetrics(join(root, 'missing.jsonl'))).toEqual([])
})

test('cut off anywhere, it goes on after the step of the checkpoint', async () => {
  const lines = [1, 2, 3, 12, 13].map((step) => `${JSON.stringify({ step, text: '{"step":1}\\n' })}\n`)
  const whole = lines.join('')
  const check = async (cut: number, resumeAtStep: number): Promise<void> => {
    await files.writeFile(path, whole.slice(0, cut))
    const metrics = await openMetrics(path, { resumeAtStep })
    await metrics.append({ step: resumeAtStep + 1, again: true })
    const complete = lines.filter((_, index) => lines.slice(0, index + 1).join('').length <= cut + 1)
    const steps = complete.map((line) => JSON.parse(line).step as number).filter((step) => step <= resumeAtStep)
    expect((await readMetrics(path)).map(({ step }) => step)).toEqual([...steps, resumeAtStep + 1])
    expect((await files.readFile(path, 'utf8')).endsWith('"again":true}\n')).toBe(true)
  }
  await fc.assert(fc.asyncProperty(fc.nat(whole.length), fc.nat(14), check))
})

test('several trainings in one file: what comes again after a resume is told once', async () => {
  const distinct = ['network', 'epoch']
  const line = (network: string, epoch: number, step: number) => ({ step, network, epoch })
  const first = await openMetrics(path, { distinct })
  await first.append(line('a', 1, 10))
  await first.append(line('a', 2, 20))
  await first.append(line('b', 1, 10))
  const again = await openMetrics(path, { distinct, resume: true })
  for (const record of [line('a', 2, 20), line('b', 1, 10), line('b', 2, 20), line('b', 2, 20)])
    await again.append(record)
  expect(await readMetrics(path)).toEqual([line('a', 1, 10), line('a', 2, 20), line('b', 1, 10), line('b', 2, 20)])
  // Without it every line is written, as often as it comes.
  const plain = await openMetrics(path)
  for (let i = 0; i < 2; i++) await plain.append(line('a', 1, 10))
  expect(await readMetrics(path)).toHaveLength(2)
})

test('a place that cannot be written is an error that names it', async () => {
  await expect(openMetrics(join(path, 'inner.jsonl'))).rejects.toThrow(FileError)
  const metrics = await openMetrics(path)
  await files.rm(path)
  await files.mkdir(path)
  await expect(metrics.append({ step: 1 })).rejects.toThrow(/Cannot write .*metrics\.jsonl.*a folder where a file/)
})
