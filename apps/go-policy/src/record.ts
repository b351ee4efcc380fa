// A game record from a file, for predictions and for the engine: the first game in it.
import { open } from 'node:fs/promises'
import { RecipeError } from '@deep-recipe/core-tensor'
import { type GoGame, parseSgf, readGame } from '@deep-recipe/datasets/go'

/** A single game never needs more, comments and variations included. */
const largestFile = 64 << 20

/**
 * The first game of an SGF file, its main line.
 *
 * @param name as the user wrote it, for messages.
 * @throws RecipeError for a file that cannot be read or is too large; SgfError with line and column for one that holds no game
 */
export async function readRecord(path: string, name: string = path): Promise<GoGame> {
  const collection = parseSgf(await readBytes(path, name))
  return readGame(collection.games[0] as (typeof collection.games)[number], collection)
}

async function readBytes(path: string, name: string): Promise<Uint8Array> {
  const expected = `an SGF file of at most ${largestFile >> 20} MB`
  const remedy = 'Give the path of a game record.'
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    const received = error.code === 'ENOENT' ? 'no such file' : error.message
    throw new RecipeError({ what: name, expected, received, remedy }, { cause: error })
  })
  try {
    const found = await file.stat()
    if (!found.isFile()) throw new RecipeError({ what: name, expected, received: 'no file', remedy })
    if (found.size > largestFile) {
      throw new RecipeError({ what: name, expected, received: `${Math.round(found.size / (1 << 20))} MB`, remedy })
    }
    return await file.readFile()
  } finally {
    await file.close()
  }
}
