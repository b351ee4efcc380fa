// Spreads the codes of a position over its planes. What a code means for the wanted features is worked out once for each code.
import { BLACK, type Colour } from '../rules/stones.ts'
import { symmetriesOf } from '../symmetry/symmetry.ts'
import { countPlanes, type Feature, featurePlanes } from './features.ts'
import {
  ageOf,
  capturedBy,
  codeCount,
  KO,
  LADDER_CAPTURE,
  LADDER_ESCAPE,
  LEGAL,
  libertiesAfter,
  libertiesOf,
  OWN,
  SENSIBLE,
  STONE,
  selfAtariSize,
} from './position-code.ts'

/** Which plane of each feature is 1 at a point with some code; −1 for none. Features that do not depend on the point have none. */
const planeOf: Readonly<Record<Feature, (code: number) => number>> = {
  // Its only plane is −1 where the opponent is: written apart.
  'signed-stones': (code) => ((code & (STONE | OWN)) === (STONE | OWN) ? 0 : -1),
  'stone-colour': (code) => ((code & STONE) === 0 ? 2 : (code & OWN) !== 0 ? 0 : 1),
  ones: () => -1,
  'turns-since': ofStones((code) => ageOf(code) - 1),
  liberties: ofStones((code) => libertiesOf(code) - 1),
  'liberties-by-colour': ofStones((code) => Math.min(libertiesOf(code), 3) - 1 + ((code & OWN) !== 0 ? 0 : 3)),
  'capture-size': ofMoves((code) => capturedBy(code) - 1),
  'self-atari-size': ofMoves((code) => selfAtariSize(code) - 1),
  'liberties-after-move': ofMoves((code) => libertiesAfter(code) - 1),
  'ladder-capture': ofMoves((code) => ((code & LADDER_CAPTURE) !== 0 ? 0 : -1)),
  'ladder-escape': ofMoves((code) => ((code & LADDER_ESCAPE) !== 0 ? 0 : -1)),
  sensibleness: ofMoves((code) => ((code & SENSIBLE) !== 0 ? 0 : -1)),
  legal: ofMoves((code) => ((code & LEGAL) !== 0 ? 0 : -1)),
  ko: ofMoves((code) => ((code & KO) !== 0 ? 0 : -1)),
  'player-colour': () => -1,
}

function ofStones(plane: (code: number) => number): (code: number) => number {
  return (code) => ((code & STONE) !== 0 ? plane(code) : -1)
}

function ofMoves(plane: (code: number) => number): (code: number) => number {
  return (code) => ((code & STONE) === 0 ? plane(code) : -1)
}

/** Writes planes of boards of one size. */
export class PlaneWriter {
  /** Number of planes. */
  readonly planes: number
  readonly #size: number
  readonly #area: number
  /** The first plane of each feature that is wanted. */
  readonly #begins: readonly (readonly [Feature, number])[]
  readonly #signed: number
  readonly #ones: number
  readonly #playerColour: number
  /** By code: where its list of places begins in `#places`, −1 before the code has come. A list ends with −1. */
  readonly #lists: Int32Array
  readonly #places: number[] = []

  /** @throws GoError for features that do not exist. */
  constructor(size: number, features: readonly Feature[]) {
    this.planes = countPlanes(features)
    this.#size = size
    this.#area = size * size
    let next = 0
    this.#begins = features.map((feature) => {
      const begin = next
      next += featurePlanes[feature]
      return [feature, begin] as const
    })
    const find = (wanted: Feature): number => this.#begins.find(([feature]) => feature === wanted)?.[1] ?? -1
    this.#signed = find('signed-stones')
    this.#ones = find('ones')
    this.#playerColour = find('player-colour')
    this.#lists = new Int32Array(codeCount).fill(-1)
  }

  /**
   * Writes the planes of a position, [planes, size, size], into `output` from `start` on, where there must be zeros.
   *
   * @param codes of shape [area], from `from` on.
   * @param colour the player to move.
   * @param symmetry 0 to 7: turns and mirrors the planes.
   */
  write(codes: Uint16Array, from: number, colour: Colour, output: Float32Array, start: number, symmetry: number): void {
    const area = this.#area
    const map = symmetriesOf(this.#size)[symmetry] as Int16Array
    const lists = this.#lists
    const places = this.#places
    if (this.#ones >= 0) this.#fill(output, start, this.#ones)
    if (this.#playerColour >= 0 && colour === BLACK) this.#fill(output, start, this.#playerColour)
    for (let point = 0; point < area; point++) {
      const code = codes[from + point] as number
      let at = lists[code] as number
      if (at < 0) at = this.#list(code)
      const place = start + (map[point] as number)
      for (let offset = places[at] as number; offset >= 0; offset = places[++at] as number) output[place + offset] = 1
    }
    if (this.#signed < 0) return
    for (let point = 0; point < area; point++) {
      const code = codes[from + point] as number
      if ((code & (STONE | OWN)) === STONE) output[start + this.#signed * area + (map[point] as number)] = -1
    }
  }

  #fill(output: Float32Array, start: number, plane: number): void {
    output.fill(1, start + plane * this.#area, start + (plane + 1) * this.#area)
  }

  /** Lists where a code says 1, counted from its point in the first plane. @returns where the list begins. */
  #list(code: number): number {
    const begin = this.#places.length
    this.#lists[code] = begin
    for (const [feature, first] of this.#begins) {
      const plane = planeOf[feature](code)
      if (plane >= 0) this.#places.push((first + plane) * this.#area)
    }
    this.#places.push(-1)
    return begin
  }
}
