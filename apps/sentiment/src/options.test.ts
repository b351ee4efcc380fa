// What options mean where they are left out, and that a run remembers them.
import { expect, test } from 'vitest'
import { chooseSettings } from './options.ts'

test('small on generated reviews, larger on a folder, and what is typed counts', () => {
  expect(chooseSettings({})).toMatchObject({
    units: 32,
    wordDropout: 0,
    poolings: ['last', 'attention'],
    reads: 'both',
  })
  expect(chooseSettings({ data: '/reviews' })).toMatchObject({ units: 64, wordDropout: 0.1, dropout: 0.5 })
  const typed = { data: '/reviews', model: 'attention', units: 5, wordDropout: 0, reads: 'words', fold: 3 }
  expect(chooseSettings(typed)).toMatchObject({
    poolings: ['attention'],
    units: 5,
    wordDropout: 0,
    reads: 'words',
    fold: 3,
  })
})

test('a record from a file: null is no folder', () => {
  expect(chooseSettings(JSON.parse('{"data":null,"units":null}'))).toEqual(chooseSettings({}))
})
