// The check of opening comments must see a missing one, also below the line that names an interpreter.
import { expect, test } from 'vitest'
import { checkOpenings } from './check-openings.ts'
import { makeRepository } from './repository-fixture.ts'

test('names the files that open with code', () => {
  const root = makeRepository({
    'packages/a/src/line.ts': '// Holds one thing.\nexport const one = 1\n',
    'packages/a/src/block.ts': '/** Holds two things. */\nexport const two = 2\n',
    'packages/a/bin.mjs': '#!/usr/bin/env node\n// Prints.\nconsole.log(1)\n',
    'packages/a/bare.mjs': '#!/usr/bin/env node\nconsole.log(1)\n',
    'packages/a/src/late.ts': 'export const three = 3\n// Holds three things.\n',
    'packages/a/src/empty-comment.ts': '//\nexport const four = 4\n',
    'packages/a/README.md': 'no comment',
  })
  expect(checkOpenings(root)).toEqual(
    ['packages/a/bare.mjs', 'packages/a/src/empty-comment.ts', 'packages/a/src/late.ts'].map((file) =>
      expect.stringContaining(`${file} does not open with a comment`),
    ),
  )
})
