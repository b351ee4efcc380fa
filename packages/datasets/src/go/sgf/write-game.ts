// A game as a tree of SGF nodes, ready for `writeSgf`.

import type { GoGame } from '../games/game.ts'
import { colourOfMove, isMove, kindOfStep, pointOfStep, stepKinds } from '../games/steps.ts'
import { formatSgfPoint } from '../rules/points.ts'
import { BLACK } from '../rules/stones.ts'
import type { SgfNode } from './parse-sgf.ts'

/** The root of a game's tree: FF[4], UTF-8, one node for each move, setup before a move in a node of its own. */
export function makeGameTree(game: GoGame): SgfNode {
  const properties = new Map([['GM', ['1']], ['FF', ['4']], ['CA', ['UTF-8']], ['SZ', [String(game.size)]]]) // biome-ignore format: short
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['PB', game.black.name],
    ['BR', game.black.rank],
    ['PW', game.white.name],
    ['WR', game.white.rank],
    ['DT', game.date],
    ['KM', game.komi === undefined ? undefined : String(game.komi)],
    ['HA', game.handicap > 0 ? String(game.handicap) : undefined],
    ['RU', game.ruleset],
    ['RE', game.result],
  ]
  for (const [name, value] of facts) if (value !== undefined) properties.set(name, [value])
  const root: SgfNode = { properties, children: [], offset: 0 }
  let last = root
  const addNode = (): SgfNode => {
    const node: SgfNode = { properties: new Map(), children: [], offset: 0 }
    last.children.push(node)
    return node
  }
  let settingUp = true
  for (const step of game.steps) {
    const point = formatSgfPoint(pointOfStep(step), game.size)
    if (isMove(step)) {
      last = addNode()
      last.properties.set(colourOfMove(step) === BLACK ? 'B' : 'W', [point])
      settingUp = false
      continue
    }
    if (!settingUp) last = addNode()
    settingUp = true
    addSetup(last, kindOfStep(step), point)
  }
  return root
}

function addSetup(node: SgfNode, kind: number, point: string): void {
  if (kind === stepKinds.blackToMove) node.properties.set('PL', ['B'])
  else if (kind === stepKinds.whiteToMove) node.properties.set('PL', ['W'])
  else {
    const name = kind === stepKinds.setBlack ? 'AB' : kind === stepKinds.setWhite ? 'AW' : 'AE'
    node.properties.set(name, [...(node.properties.get(name) ?? []), point])
  }
}
