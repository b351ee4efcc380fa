// The page of a small run: what it says, and that it stands alone.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openReference } from '@deep-recipe/core-tensor'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadData } from './data.ts'
import { buildModel, joinParams, listMembers, type TrainedRecipe, trainMember } from './laboratory.ts'
import { chooseSettings } from './options.ts'
import { writeLaboratoryReport } from './report.ts'
import type { Row } from './results.ts'

let folder = ''
let page = ''
let rows: Row[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'digits-report-'))
  const backend = openReference()
  const settings = chooseSettings({ recipes: 'plain,dropout,ensemble', hidden: 5, members: 2, noise: 0.75 })
  const { ingredients } = settings
  const data = await loadData({ folder: undefined, trainSize: 100, noise: 0.75 })
  const training = {
    ...{ backend, ingredients, folder, epochs: 2, batchSize: 50, seed: 1, resume: true },
    signal: new AbortController().signal,
  }
  const trained: TrainedRecipe[] = []
  for (const recipe of settings.recipes) {
    const results = []
    for (const member of listMembers(recipe, training)) {
      const result = await trainMember(member, data, training, [])
      if (result) results.push(result)
    }
    const params = joinParams(
      recipe,
      results.map((result) => result.params),
    )
    trained.push({ recipe, model: buildModel(recipe, ingredients), params, history: results[0]?.history ?? [] })
  }
  rows = trained.map(({ recipe: { name, title } }, i) => ({
    name,
    title,
    clean: 0.9 + i / 1000,
    noisy: 0.4 + i / 1000,
  }))
  const path = join(folder, 'report.html')
  await writeLaboratoryReport(path, { data, trained, rows, settings, backend, seconds: 83.4 })
  page = await readFile(path, 'utf8')
})
afterAll(() => rm(folder, { recursive: true }))

/** Names what is missing; the page itself would fill the screen. */
function expectText(text: string): void {
  expect(page.includes(text), text).toBe(true)
}

test('the table, with what each recipe does', () => {
  for (const { title, clean, noisy } of rows) {
    expectText(title)
    expectText(clean.toFixed(4))
    expectText(noisy.toFixed(4))
  }
  expectText('Leaves out a random share of the inputs and of the hidden units at each step.')
  expectText('Share of 2000 test images')
  expectText('deviation 0.75')
})

test('curves of train and validation for each recipe, digits with predictions', () => {
  for (const heading of ['Clean against noisy', 'Learning curves', 'Digits and predictions']) expectText(heading)
  expect(/<svg/.test(page)).toBe(true)
  expectText('validation')
  // 16 digits, clean and noisy, of the plain network and of the best one.
  expect(page.match(/data:image\/png;base64,/g)?.length).toBeGreaterThanOrEqual(4)
  expect(/\d \d+\.\d %/.test(page)).toBe(true)
})

test('it asks nothing of a network: no address but data, no script or style from elsewhere', () => {
  const addresses = [...page.matchAll(/(?:src|href|action|data|poster|srcset)\s*=\s*["']?([^"'\s>]+)/gi)].map(
    ([, address]) => address,
  )
  expect(addresses.length).toBeGreaterThan(0)
  for (const address of addresses) expect(address).toMatch(/^(data:|#)/)
  expect(
    /<script[^>]+src|<link\b|@import|url\((?!["']?(data:|#))|fetch\(|XMLHttpRequest|<iframe/i.exec(page)?.[0],
  ).toBeUndefined()
})
