// The grammar of sentences about clips, both ways.
import type { HostRandom } from '@deep-recipe/core-tensor'
import { kindPhrases, nameKind, readKind } from '../scenes/objects.ts'
import { choose, type Gaps, makeTemplate, type Phrases, type SentenceTemplate, tidySentence } from '../sentences.ts'
import type { ClipStatement, Direction } from './clip-statements.ts'

const directionPhrases: Phrases = new Map<Direction, readonly string[]>([
  ['left', ['to the left', 'leftwards']],
  ['right', ['to the right', 'rightwards']],
  ['up', ['up', 'upwards']],
  ['down', ['down', 'downwards']],
])

const texts: { readonly [kind in ClipStatement['kind']]: readonly string[] } = {
  moves: [
    'a {A} moves {direction}',
    'a {A} is moving {direction}',
    'a {A} glides {direction}',
    'a {A} goes {direction}',
  ],
  appears: ['a {A} appears', 'a {A} shows up', 'suddenly there is a {A}', 'a {A} comes into sight'],
  vanishes: ['a {A} vanishes', 'a {A} disappears', 'suddenly a {A} is gone', 'a {A} goes out of sight'],
  before: [
    'a {A} appears before a {B}',
    'a {B} appears after a {A}',
    'first a {A} and then a {B} appears',
    'a {A} shows up and then a {B}',
  ],
  hits: ['a {A} hits a {B}', 'a {B} is hit by a {A}', 'a {A} bumps into a {B}', 'a {A} pushes a {B} away'],
  passes: ['a {A} passes a {B}', 'a {A} moves past a {B}', 'a {A} goes by a {B}', 'a {B} stays where a {A} passes'],
}

const gaps: Gaps = { A: kindPhrases('one'), B: kindPhrases('one'), direction: directionPhrases }

const forms: ReadonlyMap<string, readonly SentenceTemplate[]> = new Map(
  Object.entries(texts).map(([kind, all]) => [kind, all.map((text) => makeTemplate(text, gaps))]),
)

/** A sentence for what happens in a clip, its form and its synonyms drawn at random. */
export function writeClipSentence(statement: ClipStatement, random: HostRandom): string {
  const values: { readonly [gap: string]: string } =
    'object' in statement
      ? { A: nameKind(statement.object), direction: statement.kind === 'moves' ? statement.direction : '' }
      : { A: nameKind(statement.first), B: nameKind(statement.second) }
  return choose(forms.get(statement.kind) ?? [], random).write(values, random)
}

/** What a sentence says, or undefined for one that the grammar does not have. Case and a full stop do not matter. */
export function readClipSentence(sentence: string): ClipStatement | undefined {
  const tidy = tidySentence(sentence)
  for (const [name, templates] of forms) {
    for (const template of templates) {
      const values = template.read(tidy)
      if (values) return toStatement(name as ClipStatement['kind'], values)
    }
  }
  return undefined
}

function toStatement(kind: ClipStatement['kind'], values: { readonly [gap: string]: string }): ClipStatement {
  const { A = '', B = '', direction } = values
  switch (kind) {
    case 'moves':
      return { kind, object: readKind(A), direction: direction as Direction }
    case 'appears':
    case 'vanishes':
      return { kind, object: readKind(A) }
    default:
      return { kind, first: readKind(A), second: readKind(B) }
  }
}
