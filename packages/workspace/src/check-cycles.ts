// No file may reach itself through its imports, and no package either: a reader can then start at the leaves and never
// come round again. Type imports count: a cycle of types costs nothing at run time, but neither of its files can be
// understood without the other.
import { folderOf, readImportGraph, resolveRelative } from './source-files.ts'
import { listPackages } from './workspace-packages.ts'

/**
 * One shortest cycle through each group of nodes that reach each other, as the nodes in order (the first is not
 * repeated). The groups are the strongly connected components (Tarjan, Depth-first search and linear graph algorithms,
 * 1972), found with an explicit stack.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const groups: string[][] = []
  for (const start of edges.keys()) {
    if (order.has(start)) continue
    const walk = [{ node: start, next: 0 }]
    for (let step = walk.at(-1); step !== undefined; step = walk.at(-1)) {
      const { node } = step
      if (step.next === 0) {
        order.set(node, order.size)
        low.set(node, order.get(node) as number)
        open.push(node)
        isOpen.add(node)
      }
      const target = edges.get(node)?.[step.next++]
      if (target !== undefined) {
        if (!edges.has(target)) continue
        if (!order.has(target)) walk.push({ node: target, next: 0 })
        else if (isOpen.has(target)) low.set(node, Math.min(low.get(node) as number, order.get(target) as number))
        continue
      }
      walk.pop()
      const parent = walk.at(-1)?.node
      if (parent !== undefined) low.set(parent, Math.min(low.get(parent) as number, low.get(node) as number))
      if (low.get(node) !== order.get(node)) continue
      const group = open.splice(open.indexOf(node))
      for (const each of group) isOpen.delete(each)
      if (group.length > 1 || edges.get(node)?.includes(node)) groups.push(group)
    }
  }
  return groups.map((group) => shortestCycle(group, edges))
}

/** A shortest way from the first node of a strongly connected group back to itself, by breadth-first search. */
function shortestCycle(group: readonly string[], edges: ReadonlyMap<string, readonly string[]>): string[] {
  const start = group[0] as string
  const inside = new Set(group)
  const ways: string[][] = [[start]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const target of edges.get(way.at(-1) as string) ?? []) {
      if (target === start) return way
      if (!inside.has(target) || seen.has(target)) continue
      seen.add(target)
      ways.push([...way, target])
    }
  }
  return [start]
}

/** One line for each import cycle among the files, and among the packages, of the repository at `root`. */
export function checkCycles(root: string): string[] {
  const graph = readImportGraph(root)
  const files = new Map(
    [...graph].map(([file, specifiers]) => [
      file,
      specifiers.flatMap((specifier) => resolveRelative(file, specifier) ?? []),
    ]),
  )
  const folders = new Map(listPackages(root).map(({ folder, manifest }) => [manifest.name, folder]))
  const packages = new Map<string, string[]>([...folders.values()].map((folder) => [folder, []]))
  for (const [file, specifiers] of graph) {
    for (const specifier of specifiers) {
      const target = folders.get(specifier.split('/').slice(0, 2).join('/'))
      // That a package names itself is for check-layers.ts to judge.
      if (target && target !== folderOf(file)) packages.get(folderOf(file))?.push(target)
    }
  }
  return [...findCycles(files), ...findCycles(packages)].map((cycle) => [...cycle, cycle[0]].join(' → '))
}
