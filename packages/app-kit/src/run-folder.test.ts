// Which folder a new run gets.
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chooseRunFolder } from './run-folder.ts'

test('runs that begin in the same second have a folder each', async () => {
  const userFolder = await files.mkdtemp(join(tmpdir(), 'run-folder-'))
  const now = new Date(2024, 2, 1, 14, 25, 30)
  const choose = (): Promise<string> =>
    chooseRunFolder({ app: 'demo', use: 'new', out: undefined, resume: false, userFolder, now })
  const folders: string[] = []
  for (let run = 0; run < 3; run++) {
    folders.push(await choose())
    await files.mkdir(folders.at(-1) as string, { recursive: true })
  }
  const first = join(userFolder, 'runs', 'demo', '2024-03-01-142530')
  expect(folders).toEqual([first, `${first}-2`, `${first}-3`])
  await files.rm(userFolder, { recursive: true })
})
