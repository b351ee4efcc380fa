// What is found before it is read as a game: bytes, or a reason why there are none.

/** A record's bytes. */
export interface RawRecord {
  /** Path below what was named, with `/`; it decides whether the record's games are held out. */
  readonly file: string
  readonly bytes: Uint8Array
}

/** A record, or a game of it, that was passed over. */
export interface SkippedRecord {
  readonly file: string
  /** A few words by which skipped records are counted. */
  readonly kind: string
  /** The whole story. */
  readonly reason: string
}

/** Bounds on what is read. */
export interface ReadLimits {
  /** Larger records are passed over. */
  readonly maximumBytes: number
}
