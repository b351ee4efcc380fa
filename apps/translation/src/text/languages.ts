// The two languages: how a sentence is cut into words, and how words become a sentence again.
import { cleanText, tokenize } from '@deep-recipe/datasets/words'

/** The languages by their codes. */
export type Language = 'en' | 'zh'

/** Which way to translate. */
export type Direction = 'en-zh' | 'zh-en'

/** Source and target of a direction. */
export function languagesOf(direction: Direction): readonly [source: Language, target: Language] {
  return direction === 'en-zh' ? ['en', 'zh'] : ['zh', 'en']
}

/** What the languages are called. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', zh: 'Chinese' }

// A run of Latin letters and digits, such as a name, or a single character.
const chineseToken = /[A-Za-z0-9\u00C0-\u024F]+(?:[.'’-][A-Za-z0-9\u00C0-\u024F]+)*|\S/gu
const latin = /[A-Za-z0-9\u00C0-\u024F]/

/** The words of a sentence as they stand there: English words and marks; Chinese characters, and names in Latin letters. */
export function splitSentence(text: string, language: Language): string[] {
  const clean = cleanText(text)
  return language === 'en' ? tokenize(clean, { lowerCase: false }) : (clean.match(chineseToken) ?? [])
}

/** A sentence from its words. */
export function joinSentence(words: readonly string[], language: Language): string {
  return language === 'en' ? joinEnglish(words) : joinChinese(words)
}

function joinChinese(words: readonly string[]): string {
  return words.reduce((text, word) => {
    // Two names in a row need their space; characters have none.
    const space = latin.test(text.at(-1) ?? '') && latin.test(word[0] ?? '') ? ' ' : ''
    return `${text}${space}${word}`
  }, '')
}

function joinEnglish(words: readonly string[]): string {
  const text = words
    .join(' ')
    .replace(/ ([.,!?;:%)\]])/g, '$1')
    .replace(/([([$]) /g, '$1')
    .replace(/\bi\b/g, 'I')
  return text.replace(/(^|[.!?] )(\p{Ll})/gu, (_, before: string, letter: string) => before + letter.toUpperCase())
}

/** The words by which translations are compared: English without case, Chinese by characters. */
export function wordsToCompare(text: string, language: Language): string[] {
  return splitSentence(text, language).map((word) => word.toLowerCase())
}
