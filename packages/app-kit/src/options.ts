// The options of a command: what each is called, what it takes, and how its text is checked.
import { UsageError } from './errors.ts'

/** One option. Its name is the key under which it is listed: `noiseLevel` is typed as `--noise-level`. */
export interface OptionKind<Value> {
  readonly description: string
  /** What stands after the name in the help, e.g. `<number>`; nothing for flags. */
  readonly placeholder: string
  readonly defaultValue: Value
  /** The value of a text. @throws UsageError for a text that will not do */
  readonly parse: (name: string, text: string) => Value
}

/** Options by name. */
export type OptionKinds = { readonly [name: string]: OptionKind<unknown> }

/** The values of options. */
export type OptionValues<Kinds extends OptionKinds> = {
  readonly [Name in keyof Kinds]: Kinds[Name] extends OptionKind<infer Value> ? Value : never
}

/** What all options have. */
export interface OptionSettings<Value> {
  readonly description: string
  /** Without it the value is undefined unless given. */
  readonly default?: Value
}

/** Bounds of a number; both are allowed values. */
export interface NumberSettings extends OptionSettings<number> {
  readonly least?: number
  readonly most?: number
}

/** A whole number. */
export function integerOption(settings: NumberSettings & { readonly default: number }): OptionKind<number>
export function integerOption(settings: NumberSettings): OptionKind<number | undefined>
export function integerOption(settings: NumberSettings): OptionKind<number | undefined> {
  return makeNumberOption('a whole number', settings, (value) => Number.isSafeInteger(value))
}

/** Any finite number. */
export function numberOption(settings: NumberSettings & { readonly default: number }): OptionKind<number>
export function numberOption(settings: NumberSettings): OptionKind<number | undefined>
export function numberOption(settings: NumberSettings): OptionKind<number | undefined> {
  return makeNumberOption('a number', settings, Number.isFinite)
}

function makeNumberOption(
  kind: string,
  settings: NumberSettings,
  isKind: (value: number) => boolean,
): OptionKind<number | undefined> {
  const {
    description,
    default: defaultValue,
    least = Number.NEGATIVE_INFINITY,
    most = Number.POSITIVE_INFINITY,
  } = settings
  const expected = `${kind}${describeBounds(least, most)}`
  return {
    description,
    placeholder: '<number>',
    defaultValue,
    parse(name, text): number {
      const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
      if (isKind(value) && value >= least && value <= most) return value
      return refuse(name, expected, text)
    },
  }
}

function describeBounds(least: number, most: number): string {
  if (Number.isFinite(least) && Number.isFinite(most)) return ` from ${least} to ${most}`
  if (Number.isFinite(least)) return ` of at least ${least}`
  return Number.isFinite(most) ? ` of at most ${most}` : ''
}

/** One of a few words. */
export function choiceOption<const Choice extends string>(
  choices: readonly Choice[],
  settings: OptionSettings<Choice> & { readonly default: Choice },
): OptionKind<Choice>
export function choiceOption<const Choice extends string>(
  choices: readonly Choice[],
  settings: OptionSettings<Choice>,
): OptionKind<Choice | undefined>
export function choiceOption<const Choice extends string>(
  choices: readonly Choice[],
  { description, default: defaultValue }: OptionSettings<Choice>,
): OptionKind<Choice | undefined> {
  return {
    description,
    placeholder: `<${choices.join('|')}>`,
    defaultValue,
    parse: (name, text) => choices.find((choice) => choice === text) ?? refuse(name, choices.join(', '), text),
  }
}

/** Any text, such as a file name. */
export function textOption(settings: OptionSettings<string> & { readonly default: string }): OptionKind<string>
export function textOption(settings: OptionSettings<string>): OptionKind<string | undefined>
export function textOption({
  description,
  default: defaultValue,
}: OptionSettings<string>): OptionKind<string | undefined> {
  return { description, placeholder: '<text>', defaultValue, parse: (_, text) => text }
}

/** On when it is given. */
export function flagOption({ description }: { readonly description: string }): OptionKind<boolean> {
  return { description, placeholder: '', defaultValue: false, parse: () => true }
}

/** `noiseLevel` → `--noise-level`. */
export function formatOptionName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function refuse(name: string, expected: string, received: string): never {
  throw new UsageError({ what: name, expected, received: `'${received}'`, remedy: 'Give another value.' })
}
