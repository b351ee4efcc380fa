// The doctor: a device that works is called healthy, one that cannot be opened is reported with its remedy.
import { BackendError } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { openNodeContext } from '../device/open-node.ts'
import { testOnDevice } from '../fixtures/open-for-tests.ts'
import { examine } from './doctor.ts'

testOnDevice('a working device is healthy and measured', async () => {
  const { healthy, lines } = await examine(openNodeContext)
  expect(lines.filter((line) => line.startsWith('✗'))).toEqual([])
  expect(healthy).toBe(true)
  expect(lines.join('\n')).toMatch(/renderer .*\n[\s\S]*matrix product .* GFLOP\/s[\s\S]*MiB\/s/)
})

test('a device that cannot be opened is reported with what to do', async () => {
  const complaint = { what: 'openGl', expected: 'a driver', received: 'nothing', remedy: 'Install a driver.' }
  const { healthy, lines } = await examine(() => Promise.reject(new BackendError(complaint)))
  expect(healthy).toBe(false)
  expect(lines.join('\n')).toContain('do this:  Install a driver.')
})
