// What a GTP engine remembers between commands: the board, the komi, the clocks, and who thinks of moves.
import { Board, type Colour, type Rules } from '@deep-recipe/datasets/go'
import type { Policy } from '../play/policy.ts'

/** How an engine plays, as its user has chosen. */
export interface EngineOptions {
  readonly policy: Policy
  readonly rules: Rules
  /** 0 plays the best move, above 0 draws among the good ones. */
  readonly temperature: number
  readonly resigns: boolean
  readonly seed: number
  /** For messages: what was trained, where. */
  readonly description: string
}

/** A clock as the controller told it last: seconds left, and stones to be played in them (0 in main time). */
export interface Clock {
  readonly seconds: number
  readonly stones: number
}

/** The state of a session. Commands change it. */
export interface Session {
  readonly options: EngineOptions
  board: Board
  komi: number
  /** Undefined until time_settings; `byoYomiStones` 0 with time left over means no limit. */
  timeSettings: { readonly main: number; readonly byoYomi: number; readonly byoYomiStones: number } | undefined
  readonly clocks: Map<Colour, Clock>
  /** Set by quit. */
  isOver: boolean
}

/** A session on an empty board, as large as those that the network was trained on. */
export function openSession(options: EngineOptions): Session {
  return {
    options,
    board: new Board(options.policy.size, options.rules),
    komi: 7.5,
    timeSettings: undefined,
    clocks: new Map(),
    isOver: false,
  }
}

/** An empty board of a size, with everything that belongs to a game begun anew. Komi stays, as the protocol has it. */
export function clearBoard(session: Session, size: number = session.board.size): void {
  if (size === session.board.size) session.board.clear()
  else session.board = new Board(size, session.options.rules)
  session.clocks.clear()
}
