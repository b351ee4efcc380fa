// What the context factory says when a way of opening fails. Real contexts are opened by all other device tests.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { BackendError } from '@deep-recipe/core-tensor'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testOnDevice } from '../fixtures/open-for-tests.ts'
import { openNodeContext } from './open-node.ts'

const path = process.env.PATH ?? ''
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xvfb-'))
})
afterEach(() => {
  process.env.PATH = path
  rmSync(folder, { recursive: true })
})

/** Puts a program named Xvfb in front of all others. */
function installXvfb(script: string): void {
  const file = join(folder, 'Xvfb')
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  process.env.PATH = `${folder}${delimiter}${path}`
}

testOnDevice('without Xvfb the error says so, and what to install', async () => {
  process.env.PATH = folder
  const opening = openNodeContext({ origins: ['xvfb'] })
  await expect(opening).rejects.toThrow(BackendError)
  await expect(opening).rejects.toThrow(/Xvfb is not installed.*apt-get install/)
})

testOnDevice('an Xvfb that ends at once is reported with its code', async () => {
  installXvfb('exit 3')
  await expect(openNodeContext({ origins: ['xvfb'] })).rejects.toThrow(/ended at once with code 3/)
})

testOnDevice('an Xvfb is ended with its context, or when there is none', async () => {
  installXvfb(`echo $$ > ${join(folder, 'pid')}; echo 4711 >&3; exec sleep 60`)
  const display = process.env.DISPLAY
  // A process that has a context already gets another of the same kind, whatever the display.
  const opened = await openNodeContext({ origins: ['xvfb'] }).catch((error: Error) => error)
  expect(process.env.DISPLAY).toBe(display)
  if (opened instanceof Error) expect(opened).toBeInstanceOf(BackendError)
  else opened.destroy()
  const pid = readFileSync(join(folder, 'pid'), 'utf8').trim()
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
})

testOnDevice('environment variables are as before', async () => {
  const before = process.env.ANGLE_DEFAULT_PLATFORM
  const context = await openNodeContext()
  expect(process.env.ANGLE_DEFAULT_PLATFORM).toBe(before)
  expect(context.renderer).not.toBe('')
  context.destroy()
})

test.runIf(process.platform === 'linux' && !process.env.DISPLAY)(
  'without a display the display is not tried',
  async () => {
    await expect(openNodeContext({ origins: ['display'] })).rejects.toThrow(/DISPLAY is not set|gl/)
  },
)
