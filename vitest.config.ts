// The one test configuration: every package, every app and every suite under tests/ is a project named after its folder.
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// The workspace is tested from its sources: nothing has to be built first.
const source = '@deep-recipe/source'

/** The folders inside `group`; a suite under tests/ has test files, a package or an app has a package.json. */
function listFolders(group: string): string[] {
  const url = new URL(`${group}/`, import.meta.url)
  if (!existsSync(url)) return []
  return readdirSync(url, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
}

const projects = ['packages', 'apps', 'tests'].flatMap((group) =>
  listFolders(group).map((name) => ({
    extends: true as const,
    root: `${group}/${name}`,
    test: { name, include: ['**/*.test.ts'], exclude: ['**/node_modules/**', '**/dist/**'] },
  })),
)

export default defineConfig({
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    // Headless GL allows one worker thread only, hence separate processes.
    pool: 'forks',
    // Two at least: many tests wait for programs that they started.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Against what hangs, not against what is slow: machines differ, and may be busy.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
    projects,
  },
})
