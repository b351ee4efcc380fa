// Turns positions into input planes. One walk over the points writes all features of stones, one over the empty points all
// features of moves; ladders are read where there are chains in danger. Everything goes straight to its place in the batch.
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { GoError } from '../errors.ts'
import { Board } from '../rules/board.ts'
import { isEye } from '../rules/eyes.ts'
import { BLACK, type Colour, EMPTY, opponentOf } from '../rules/stones.ts'
import { symmetriesOf } from '../symmetry/symmetry.ts'
import { MoveExaminer } from './examine-move.ts'
import { countPlanes, type Feature, featurePlanes } from './features.ts'
import { LadderReader } from './read-ladders.ts'

/** Where the planes of a feature begin, in numbers from the first plane on; −1 for a feature that is not wanted. */
type Offsets = Readonly<Record<Feature, number>>

/** Writes the planes of boards of one size. */
export class PlaneEncoder {
  readonly size: number
  readonly features: readonly Feature[]
  /** Number of planes. */
  readonly planes: number
  readonly #area: number
  readonly #offsets: Offsets
  readonly #wantsMoves: boolean
  /** Of shape [area]: how many neighbours a point has. */
  readonly #degrees: Uint8Array
  readonly #contact: Uint8Array
  // Their tables are small and warm; a pair for each of many boards would be neither.
  readonly #examiner: MoveExaminer
  readonly #ladders: LadderReader

  /** @throws GoError for features or a size that do not exist. */
  constructor(size: number, features: readonly Feature[]) {
    this.size = size
    this.features = features
    this.planes = countPlanes(features)
    const board = new Board(size)
    this.#area = board.geometry.area
    const { neighbours } = board.geometry
    this.#degrees = Uint8Array.from({ length: this.#area }, (_, point) =>
      neighbours.subarray(4 * point, 4 * point + 4).reduce((sum, other) => sum + (other < this.#area ? 1 : 0), 0),
    )
    this.#contact = new Uint8Array(this.#area + 1)
    this.#examiner = new MoveExaminer(board)
    this.#ladders = new LadderReader(board)
    let next = 0
    const offsets = Object.fromEntries(Object.keys(featurePlanes).map((feature) => [feature, -1])) as Record<
      Feature,
      number
    >
    for (const feature of features) {
      offsets[feature] = next
      next += featurePlanes[feature] * this.#area
    }
    this.#offsets = offsets
    const ofMoves: readonly Feature[] = [
      'capture-size',
      'self-atari-size',
      'liberties-after-move',
      'sensibleness',
      'legal',
    ]
    this.#wantsMoves = ofMoves.some((feature) => offsets[feature] >= 0)
  }

  /**
   * Writes the planes of a position, [planes, size, size], into `output` from `start` on, where there must be zeros.
   *
   * @param colour the player to move, from whose side everything is seen.
   * @param symmetry 0 to 7: turns and mirrors the planes.
   */
  write(board: Board, colour: Colour, output: Float32Array, start: number, symmetry: number = 0): void {
    const map = symmetriesOf(this.size)[symmetry]
    if (board.size !== this.size || map === undefined) {
      throw new GoError({
        what: 'planes',
        expected: `a board of ${this.size} lines and a symmetry from 0 to 7`,
        received: `${board.size} lines, symmetry ${symmetry}`,
        remedy: 'Use an encoder of the same size.',
      })
    }
    this.#examiner.attach(board)
    this.#ladders.attach(board)
    const offsets = this.#offsets
    if (offsets.ones >= 0) this.#fill(output, start + offsets.ones)
    if (offsets['player-colour'] >= 0 && colour === BLACK) this.#fill(output, start + offsets['player-colour'])
    this.#writeStones(board, colour, output, start, map)
    if (this.#wantsMoves) this.#writeMoves(board, colour, output, start, map)
    if (offsets['ladder-capture'] >= 0 || offsets['ladder-escape'] >= 0) {
      this.#writeLadders(board, colour, output, start, map)
    }
    if (offsets.ko >= 0 && board.koPoint >= 0 && board.koColour === colour) {
      output[start + offsets.ko + (map[board.koPoint] as number)] = 1
    }
  }

  #fill(output: Float32Array, start: number): void {
    output.fill(1, start, start + this.#area)
  }

  #writeStones(board: Board, colour: Colour, output: Float32Array, start: number, map: Int16Array): void {
    const area = this.#area
    const { stones, chains, placedAt, moveNumber } = board
    const offsets = this.#offsets
    const signed = offsets['signed-stones']
    const colours = offsets['stone-colour']
    const turns = offsets['turns-since']
    const liberties = offsets.liberties
    const byColour = offsets['liberties-by-colour']
    for (let point = 0; point < area; point++) {
      const stone = stones[point] as number
      const place = start + (map[point] as number)
      if (stone === EMPTY) {
        if (colours >= 0) output[place + colours + 2 * area] = 1
        continue
      }
      const own = stone === colour
      const breaths = chains.libertyCount[chains.heads[point] as number] as number
      if (signed >= 0) output[place + signed] = own ? 1 : -1
      if (colours >= 0) output[place + colours + (own ? 0 : area)] = 1
      if (liberties >= 0) output[place + liberties + (breaths < 8 ? breaths - 1 : 7) * area] = 1
      if (byColour >= 0) output[place + byColour + ((breaths < 3 ? breaths - 1 : 2) + (own ? 0 : 3)) * area] = 1
      if (turns >= 0) {
        const played = placedAt[point] as number
        const age = played === 0 ? 8 : moveNumber - played + 1
        output[place + turns + (age < 8 ? age - 1 : 7) * area] = 1
      }
    }
  }

  #writeMoves(board: Board, colour: Colour, output: Float32Array, start: number, map: Int16Array): void {
    const area = this.#area
    const { stones } = board
    const examiner = this.#examiner
    const offsets = this.#offsets
    const captures = offsets['capture-size']
    const selfAtari = offsets['self-atari-size']
    const after = offsets['liberties-after-move']
    const sensible = offsets.sensibleness
    const legal = offsets.legal
    const contact = this.#markContact(board)
    const degrees = this.#degrees
    // A stone that touches no other has the open points around it; only superko could forbid it.
    const free = board.rules.ko === 'simple'
    for (let point = 0; point < area; point++) {
      if (stones[point] !== EMPTY) continue
      const place = start + (map[point] as number)
      if (free && contact[point] === 0) {
        if (after >= 0) output[place + after + ((degrees[point] as number) - 1) * area] = 1
        if (sensible >= 0) output[place + sensible] = 1
        if (legal >= 0) output[place + legal] = 1
        continue
      }
      if (!examiner.examine(point, colour)) continue
      const { captured, liberties } = examiner
      if (captures >= 0 && captured > 0) output[place + captures + (captured < 8 ? captured - 1 : 7) * area] = 1
      if (after >= 0 && liberties > 0) output[place + after + (liberties < 8 ? liberties - 1 : 7) * area] = 1
      if (selfAtari >= 0 && liberties === 1) {
        output[place + selfAtari + (examiner.stones < 8 ? examiner.stones - 1 : 7) * area] = 1
      }
      if (sensible >= 0 && !isEye(board, point, colour)) output[place + sensible] = 1
      if (legal >= 0) output[place + legal] = 1
    }
  }

  /** Marks the points next to stones; most empty points are not. */
  #markContact({ stones, geometry }: Board): Uint8Array {
    const { neighbours, area } = geometry
    const contact = this.#contact.fill(0)
    for (let point = 0; point < area; point++) {
      if (stones[point] === EMPTY) continue
      for (let at = 4 * point; at < 4 * point + 4; at++) contact[neighbours[at] as number] = 1
    }
    return contact
  }

  #writeLadders(board: Board, colour: Colour, output: Float32Array, start: number, map: Int16Array): void {
    const { stones, chains } = board
    const examiner = this.#examiner
    const ladders = this.#ladders
    const captures = this.#offsets['ladder-capture']
    const escapes = this.#offsets['ladder-escape']
    const opponent = opponentOf(colour)
    // Reading changes which stone is a chain's head: note the chains before.
    const endangered: number[] = []
    for (let point = 0; point < this.#area; point++) {
      if (chains.heads[point] !== point) continue
      const liberties = chains.libertyCount[point] as number
      if (stones[point] === colour ? liberties === 1 && escapes >= 0 : liberties === 2 && captures >= 0)
        endangered.push(point)
    }
    for (const prey of endangered) {
      const head = chains.heads[prey] as number
      const first = chains.findLiberty(head)
      if (stones[prey] === opponent) {
        for (const point of [first, chains.findLiberty(head, first + 1)]) {
          const place = start + captures + (map[point] as number)
          if (output[place] === 0 && ladders.captures(point, prey, colour) && examiner.examine(point, colour))
            output[place] = 1
        }
        continue
      }
      for (const point of [first, ...ladders.findCounterCaptures(prey, opponent)]) {
        const place = start + escapes + (map[point] as number)
        if (output[place] === 0 && ladders.escapes(point, prey, opponent) && examiner.examine(point, colour))
          output[place] = 1
      }
    }
  }
}

/**
 * The planes of one position, [planes, size, size] float32, seen by the player to move.
 *
 * @throws GoError for features that do not exist.
 */
export function encodePlanes(
  board: Board,
  features: readonly Feature[],
  colour: Colour = board.toMove,
): HostNdArray<Float32Array> {
  const encoder = new PlaneEncoder(board.size, features)
  const output = new Float32Array(encoder.planes * board.geometry.area)
  encoder.write(board, colour, output, 0)
  return ndarray(output, [encoder.planes, board.size, board.size])
}
