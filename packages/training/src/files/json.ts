// JSON for what a run must remember: like JSON.stringify, but NaN, the infinities and −0 come back as they were.

/** What JSON can say. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined }

/** A record of such values. */
export type JsonRecord = { readonly [name: string]: JsonValue | undefined }

const NUMBER = '$number'

/** JSON text; numbers that JSON lacks are written as `{"$number":"NaN"}`. */
export function stringifyState(state: JsonRecord): string {
  return JSON.stringify(state, (_, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? { [NUMBER]: Object.is(value, -0) ? '-0' : String(value) }
      : value,
  )
}

/** Reads what stringifyState wrote. Throws a SyntaxError for other text. */
export function parseState(text: string): JsonRecord {
  const isNumber = (value: unknown): value is { [NUMBER]: string } =>
    typeof value === 'object' && value !== null && typeof (value as { [NUMBER]?: unknown })[NUMBER] === 'string'
  return JSON.parse(text, (_, value: unknown) => (isNumber(value) ? Number(value[NUMBER]) : value))
}
