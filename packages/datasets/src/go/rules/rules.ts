// What the rules leave open: suicide and repetition.

/** Which rules hold. */
export interface Rules {
  /** Whether a move may leave its own chain without liberties, which is then taken off (New Zealand, Tromp–Taylor). Default false. */
  readonly suicide?: boolean
  /**
   * `simple` (default): a single stone that just took a single stone must not be retaken at once. `superko`: no move may
   * bring back any earlier position of the whole board, whoever is to move (positional superko, as Tromp and Taylor).
   */
  readonly ko?: 'simple' | 'superko'
}
