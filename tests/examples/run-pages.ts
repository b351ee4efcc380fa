// Runs pages (the try.mts of packages) one after another in one process, which reads the sources only once, and prints a JSON
// object: for each page what it printed, or the error that ended it. `node --import tsx --conditions=… run-pages.ts PAGE…`.
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'

/** What each page printed, by its path. */
export type PrintedPages = { readonly [page: string]: string }

const print = console.log
const printed: { [page: string]: string } = {}
for (const page of process.argv.slice(2)) {
  const lines: string[] = []
  console.log = console.error = (...values: unknown[]) => void lines.push(format(...values))
  try {
    await import(pathToFileURL(page).href)
  } catch (error) {
    lines.push(`Ended by ${(error as Error).stack}`)
  }
  printed[page] = lines.join('\n')
}
print(JSON.stringify(printed))
