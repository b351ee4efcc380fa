// Groups of what arrives: full ones where it comes fast, small ones where one waits.
import { expect, test } from 'vitest'
import { groupArrivals } from './group-lines.ts'

async function collect<T>(groups: AsyncIterable<T[]>): Promise<T[][]> {
  const all: T[][] = []
  for await (const group of groups) all.push(group)
  return all
}

test('fast items come in full groups, in order', async () => {
  async function* numbers() {
    for (let i = 0; i < 7; i++) yield i
  }
  expect(await collect(groupArrivals(numbers(), 3, 1000))).toEqual([[0, 1, 2], [3, 4, 5], [6]])
  expect(await collect(groupArrivals((async function* () {})(), 3))).toEqual([])
})

test('nobody waits for a full group', async () => {
  let release = (): void => {}
  async function* typed() {
    yield 'first'
    await new Promise<void>((resolve) => {
      release = resolve
    })
    yield 'second'
  }
  const groups = groupArrivals(typed(), 10, 5)
  expect((await groups.next()).value).toEqual(['first'])
  release()
  expect((await groups.next()).value).toEqual(['second'])
  expect((await groups.next()).done).toBe(true)
})

test('what goes wrong in the source goes wrong here', async () => {
  async function* broken() {
    yield 1
    throw new Error('no more')
  }
  await expect(collect(groupArrivals(broken(), 3))).rejects.toThrow('no more')
})
