// English sentences with their Chinese translations by a grammar, for training without a download. Translating them takes what
// attention is good at: times and places move before the verb, nouns take measure words, names are copied as they are.
import { HostRandom } from '@deep-recipe/core-tensor'
import { checkCount, checkSeed } from '../../options.ts'
import type { SentencePair } from '../read/read-pairs.ts'

/** How to generate pairs. */
export interface GeneratePhrasePairsOptions {
  readonly count: number
  readonly seed: number
}

/** A phrase in both languages. */
type Phrase = readonly [english: string, chinese: string]

/** A noun: English singular and plural, the Chinese noun and its measure word. */
type Noun = readonly [one: string, many: string, chinese: string, measure: string]

const topics: readonly Phrase[] = pairs(`machine learning=机器学习|deep learning=深度学习|mathematics=数学|physics=物理
  |history=历史|english=英语|chinese=中文|music=音乐|computer science=计算机科学|speech recognition=语音识别|chemistry=化学`)

/** Persons; of those in the second list the verb is said in the third person singular. */
const several: readonly Phrase[] = pairs('i=我|you=你|we=我们|they=他们|the students=学生们|our neighbours=我们的邻居')
const single: readonly Phrase[] = pairs(`my friend=我的朋友|my sister=我的姐姐|my brother=我的哥哥|the teacher=老师
  |her father=她的父亲|the doctor=医生`)

const nouns: readonly Noun[] = [
  ['book', 'books', '书', '本'],
  ['cat', 'cats', '猫', '只'],
  ['dog', 'dogs', '狗', '只'],
  ['car', 'cars', '车', '辆'],
  ['picture', 'pictures', '画', '幅'],
  ['letter', 'letters', '信', '封'],
  ['table', 'tables', '桌子', '张'],
  ['ticket', 'tickets', '票', '张'],
  ['apple', 'apples', '苹果', '个'],
  ['computer', 'computers', '电脑', '台'],
  ['shirt', 'shirts', '衬衫', '件'],
  ['house', 'houses', '房子', '座'],
]

const adjectives: readonly Phrase[] =
  pairs(`red=红色的|new=新的|old=旧的|big=大的|small=小的|beautiful=漂亮的|expensive=贵的
  |cheap=便宜的|white=白色的|black=黑色的`)

const numbers: readonly Phrase[] = pairs('two=两|three=三|four=四|five=五|six=六|seven=七|eight=八|ten=十')

const times: readonly Phrase[] =
  pairs(`today=今天|tomorrow=明天|every day=每天|this year=今年|next week=下个星期|on monday=星期一
  |on sunday=星期天|in the morning=早上|in the evening=晚上|in summer=夏天`)

const places: readonly Phrase[] = pairs(`at home=在家里|at school=在学校|in the library=在图书馆|in the park=在公园里
  |in the city=在城里|at the station=在车站|in beijing=在北京|in shanghai=在上海|by the river=在河边`)

/** Verbs about topics, after `to` and as they are. */
const studying: readonly Phrase[] = pairs('learn=学|study=学习|teach=教|talk about=谈论|research=研究')

/** Verbs about things. */
const acting: readonly Phrase[] = pairs('buy=买|sell=卖|look for=找|see=看见|need=需要|photograph=拍|draw=画')

/** What comes before a verb: of several persons, of a single one, and in Chinese. */
const wills: readonly (readonly [several: string, single: string, chinese: string])[] = [
  ['want to', 'wants to', '想'],
  ['have to', 'has to', '必须'],
  ['will', 'will', '会'],
  ['can', 'can', '能'],
  ['would like to', 'would like to', '想要'],
  ['must not', 'must not', '不可以'],
  ['cannot', 'cannot', '不能'],
]

const joints: readonly Phrase[] = pairs(', and=，而且|, but=，但是|because=，因为|, so=，所以|if=，如果')

const nameBeginnings = words('bo da fe ga hi jo ka lu mi no pe ra so ta ve wi za')
const nameEndings = words('ben dek fus gart lin mor nix pol rud sten tov wick')

/**
 * Pairs such as `we want to learn machine learning at school tomorrow .` and `我们明天想在学校学机器学习。`: one clause or two,
 * up to about 25 words. One in eight persons has a made-up name, such as Solulin, which stays in Latin letters.
 *
 * @returns the same pairs for the same seed; a sentence may come more than once, always with the same translation.
 */
export function generatePhrasePairs(options: GeneratePhrasePairsOptions): SentencePair[] {
  checkCount('generatePhrasePairs: count', options.count, 0)
  checkSeed('generatePhrasePairs: seed', options.seed)
  const random = new HostRandom(options.seed)
  return Array.from({ length: options.count }, () => makeSentence(random))
}

function makeSentence(random: HostRandom): SentencePair {
  const kind = random.uniform()
  if (kind < 0.03) {
    // A phrase alone, as people look them up.
    const [english, chinese] = random.uniform() < 0.5 ? pick(random, topics) : makeThing(random)
    return { source: english, target: chinese }
  }
  const [english, chinese] = makeClause(random)
  if (kind < 0.5) return finish(english, chinese)
  const [joint, link] = pick(random, joints)
  const [more, further] = makeClause(random)
  const space = joint.startsWith(',') ? '' : ' '
  return finish(`${english}${space}${joint} ${more}`, `${chinese}${link}${further}`)
}

function finish(english: string, chinese: string): SentencePair {
  return { source: `${english}.`, target: `${chinese}。` }
}

/** Who will do what, where and when: in Chinese when comes first, then will, where, and what. */
function makeClause(random: HostRandom): Phrase {
  const { who, subject, isSingle } = makePerson(random)
  const [ofSeveral, ofOne, modal] = pick(random, wills)
  const will = isSingle ? ofOne : ofSeveral
  const [what, object] =
    random.uniform() < 0.4
      ? join(pick(random, studying), pick(random, topics))
      : join(pick(random, acting), makeThing(random))
  const [where, place] = random.uniform() < 0.5 ? pick(random, places) : none
  const [when, time] = random.uniform() < 0.5 ? pick(random, times) : none
  const english = [who, will, what, where, when].filter((part) => part !== '').join(' ')
  return [english, `${subject}${time}${modal}${place}${object}`]
}

const none: Phrase = ['', '']

function join([english, chinese]: Phrase, [more, further]: Phrase): Phrase {
  return [`${english} ${more}`, `${chinese}${further}`]
}

function makePerson(random: HostRandom): { who: string; subject: string; isSingle: boolean } {
  if (random.uniform() < 1 / 8) {
    const name = `${pick(random, nameBeginnings)}${pick(random, nameBeginnings)}${pick(random, nameEndings)}`
    const written = `${name[0]?.toUpperCase()}${name.slice(1)}`
    return { who: written, subject: written, isSingle: true }
  }
  const isSingle = random.uniform() < 0.5
  const [who, subject] = pick(random, isSingle ? single : several)
  return { who, subject, isSingle }
}

/** `three red books` → 三本红色的书. */
function makeThing(random: HostRandom): Phrase {
  const [one, many, noun, measure] = pick(random, nouns)
  const [adjective, attribute] = random.uniform() < 0.6 ? pick(random, adjectives) : none
  const described = adjective === '' ? '' : `${adjective} `
  const kind = random.uniform()
  if (kind < 0.35) {
    const article = /^[aeio]/.test(described || one) ? 'an' : 'a'
    return [`${article} ${described}${one}`, `一${measure}${attribute}${noun}`]
  }
  if (kind < 0.6) return [`this ${described}${one}`, `这${measure}${attribute}${noun}`]
  const [count, digit] = pick(random, numbers)
  return [`${count} ${described}${many}`, `${digit}${measure}${attribute}${noun}`]
}

function pick<T>(random: HostRandom, list: readonly T[]): T {
  return list[random.integer(list.length)] as T
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

function pairs(text: string): readonly Phrase[] {
  return text.split('|').map((entry) => {
    const [english, chinese] = entry.trim().split('=') as [string, string]
    return [english, chinese] as const
  })
}
