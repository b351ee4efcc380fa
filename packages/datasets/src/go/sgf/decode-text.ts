// Bytes of a game record to text. Records name their encoding themselves, in the property CA, if at all.

/** Encodings under the names that records give them, where TextDecoder does not know these. */
const otherNames: Readonly<Record<string, string>> = {
  gb: 'gb18030',
  gb2312: 'gb18030',
  'gb-2312': 'gb18030',
  gbk: 'gb18030',
  'gb-18030': 'gb18030',
  'big-5': 'big5',
  sjis: 'shift_jis',
  's-jis': 'shift_jis',
  cp932: 'shift_jis',
  eucjp: 'euc-jp',
  euckr: 'euc-kr',
  cp949: 'euc-kr',
  'iso8859-1': 'latin1',
  'iso 8859-1': 'latin1',
  latin: 'latin1',
  utf: 'utf-8',
  'utf8-': 'utf-8',
}

/**
 * The text of a record. A byte order mark decides; else the first `CA[…]` (GB2312, Big5, Shift_JIS, EUC-KR, ISO-8859-1, …);
 * else UTF-8 where the bytes are valid in it, and Latin-1, the standard's default, where they are not. Bytes that the named
 * encoding does not have become replacement characters: a garbled name is no reason to lose a game.
 */
export function decodeSgf(bytes: Uint8Array): string {
  const marked = readMark(bytes)
  if (marked) return marked
  const named = findEncoding(bytes)
  const decoder = named ? makeDecoder(named) : undefined
  if (decoder) return decoder.decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('latin1').decode(bytes)
  }
}

function readMark(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return new TextDecoder('utf-8').decode(bytes)
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return undefined
}

/** What the record says in its first properties; the names of properties and encodings are ASCII in all encodings met. */
function findEncoding(bytes: Uint8Array): string | undefined {
  const beginning = new TextDecoder('latin1').decode(bytes.subarray(0, 65536))
  return /(?:^|[\];\s(])C[a-z]*A[a-z]*\s*\[\s*([^\]]{1,40}?)\s*\]/.exec(beginning)?.[1]?.toLowerCase()
}

function makeDecoder(name: string): TextDecoder | undefined {
  try {
    return new TextDecoder(otherNames[name] ?? name)
  } catch {
    return undefined
  }
}
