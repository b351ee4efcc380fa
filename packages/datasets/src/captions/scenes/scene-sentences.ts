// The grammar of captions for generated pictures: several ways to say each thing, and the way back from a caption to what
// it says.
import type { HostRandom } from '@deep-recipe/core-tensor'
import { choose, type Gaps, makeTemplate, type Phrases, type SentenceTemplate, tidySentence } from '../sentences.ts'
import { kindPhrases, nameKind, readKind } from './objects.ts'
import type { Place, Relation, SceneStatement, Side } from './statements.ts'

const placePhrases: Phrases = new Map<Place, readonly string[]>([
  ['top left', ['top left', 'upper left']],
  ['top right', ['top right', 'upper right']],
  ['bottom left', ['bottom left', 'lower left']],
  ['bottom right', ['bottom right', 'lower right']],
  ['middle', ['middle', 'centre']],
])

const countPhrases: Phrases = new Map([
  ['2', ['two']],
  ['3', ['three']],
])

/** Where a third object is, as seen from two others. */
const sidePhrases: Phrases = new Map<Side, readonly string[]>([
  ['left', ['to the left of']],
  ['right', ['to the right of']],
  ['above', ['above', 'over']],
  ['below', ['below', 'under']],
])

const oneTexts = [
  'a {A} in the {place}',
  'there is a {A} in the {place}',
  'in the {place} is a {A}',
  'the picture shows a {A} in the {place}',
  'a {A} lies in the {place}',
]

const severalTexts = [
  '{count} {S}',
  'there are {count} {S}',
  'the picture shows {count} {S}',
  'one can see {count} {S}',
  'a group of {count} {S}',
]

/** {A} is the first, {B} the second: {A} left of {B} is the same as {B} right of {A}. */
const pairTexts: { readonly [relation in Relation]: readonly string[] } = {
  'left of': [
    'a {A} left of a {B}',
    'a {B} right of a {A}',
    'a {A} is to the left of a {B}',
    'a {B} is to the right of a {A}',
    'there is a {A} left of a {B}',
    'there is a {B} right of a {A}',
  ],
  above: [
    'a {A} above a {B}',
    'a {B} below a {A}',
    'a {A} is over a {B}',
    'a {B} is under a {A}',
    'there is a {A} above a {B}',
    'there is a {B} below a {A}',
  ],
  'in front of': [
    'a {A} in front of a {B}',
    'a {B} behind a {A}',
    'a {A} is in front of a {B}',
    'a {B} is behind a {A}',
    'a {A} covers part of a {B}',
    'a {B} is partly hidden by a {A}',
  ],
}

const threeEndings = [' with a {C} {side} them', ' and a {C} {side} both']

interface Form {
  readonly template: SentenceTemplate
  readonly state: (values: { readonly [gap: string]: string }) => SceneStatement
}

const one = kindPhrases('one')
const gaps: Gaps = {
  A: one,
  B: one,
  C: one,
  S: kindPhrases('several'),
  place: placePhrases,
  count: countPhrases,
  side: sidePhrases,
}

/** All sentences, by what they say: `one`, `several`, `pair left of`, `three above`, … */
const forms: ReadonlyMap<string, readonly Form[]> = new Map<string, readonly Form[]>([
  [
    'one',
    oneTexts.map((text) => ({
      template: makeTemplate(text, gaps),
      state: ({ A = '', place }) => ({ kind: 'one', object: readKind(A), place: place as Place }),
    })),
  ],
  [
    'several',
    severalTexts.map((text) => ({
      template: makeTemplate(text, gaps),
      state: ({ S = '', count }) => ({ kind: 'several', object: readKind(S), count: Number(count) }),
    })),
  ],
  ...Object.entries(pairTexts).flatMap(([relation, texts]) => pairForms(relation as Relation, texts)),
])

function pairForms(relation: Relation, texts: readonly string[]): [string, readonly Form[]][] {
  const pair = ({ A = '', B = '' }: { readonly [gap: string]: string }) => ({
    relation,
    first: readKind(A),
    second: readKind(B),
  })
  return [
    [
      `pair ${relation}`,
      texts.map((text) => ({
        template: makeTemplate(text, gaps),
        state: (values) => ({ kind: 'pair', ...pair(values) }),
      })),
    ],
    [
      `three ${relation}`,
      texts.flatMap((text) =>
        threeEndings.map((ending) => ({
          template: makeTemplate(text + ending, gaps),
          state: (values) => ({
            kind: 'three',
            ...pair(values),
            third: readKind(values.C ?? ''),
            side: values.side as Side,
          }),
        })),
      ),
    ],
  ]
}

/** A sentence for a statement, its form and its synonyms drawn at random. */
export function writeSceneSentence(statement: SceneStatement, random: HostRandom): string {
  const known = forms.get('relation' in statement ? `${statement.kind} ${statement.relation}` : statement.kind) ?? []
  return choose(known, random).template.write(fillGaps(statement), random)
}

/** What a sentence says, or undefined for one that the grammar does not have. Case and a full stop do not matter. */
export function readSceneSentence(sentence: string): SceneStatement | undefined {
  const tidy = tidySentence(sentence)
  for (const { template, state } of [...forms.values()].flat()) {
    const values = template.read(tidy)
    if (values) return state(values)
  }
  return undefined
}

function fillGaps(statement: SceneStatement): { readonly [gap: string]: string } {
  switch (statement.kind) {
    case 'one':
      return { A: nameKind(statement.object), place: statement.place }
    case 'several':
      return { S: nameKind(statement.object), count: String(statement.count) }
    case 'pair':
      return { A: nameKind(statement.first), B: nameKind(statement.second) }
    case 'three':
      return {
        A: nameKind(statement.first),
        B: nameKind(statement.second),
        C: nameKind(statement.third),
        side: statement.side,
      }
  }
}
