// The engine by what it answers: every command of GTP 2 draft 2, with right and wrong arguments.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { centralPolicy } from '../fixtures/policies.ts'
import { type GtpEngine, openEngine } from './engine.ts'
import type { EngineOptions } from './session.ts'

function open(options: Partial<EngineOptions> = {}): GtpEngine {
  return openEngine(
    { policy: centralPolicy(9), rules: {}, temperature: 0, resigns: true, seed: 1, description: 'test', ...options },
    (error) => {
      throw error // nothing here may be unexpected
    },
  )
}

/** Sends lines; gives the responses, without the empty line at their ends. */
async function talk(engine: GtpEngine, ...lines: string[]): Promise<string[]> {
  const responses: string[] = []
  for (const line of lines) responses.push(((await engine.respond(line)) ?? 'nothing').replace(/\n\n$/, ''))
  return responses
}

/** The response to the last of some lines. */
async function ask(...lines: string[]): Promise<string> {
  return (await talk(open(), ...lines)).at(-1) as string
}

describe('administration', () => {
  test('every command that the specification names is known', async () => {
    const names =
      'protocol_version name version known_command list_commands quit boardsize clear_board komi fixed_handicap place_free_handicap set_free_handicap play genmove undo time_settings time_left final_score final_status_list loadsgf reg_genmove showboard'
    const list = (await ask('list_commands')).slice(2).split('\n')
    for (const name of names.split(' ')) {
      expect(list).toContain(name)
      expect(await ask(`known_command ${name}`)).toBe('= true')
    }
    expect(list).toEqual([...new Set(list)].sort())
  })

  test.each([
    ['protocol_version', '= 2'],
    ['name', '= deep-recipe go-policy'],
    ['version', '= test'],
    ['known_command genmov', '= false'],
    ['known_command', '= false'],
    ['known_command toString', '= false'],
    ['toString', '? unknown command'],
    ['constructor x', '? unknown command'],
    ['4 genmov b', '?4 unknown command'],
    ['5', '?5 unknown command'],
    ['PLAY b d4', '? unknown command'],
  ])('%s → %s', async (line, response) => {
    expect(await ask(line)).toBe(response)
  })

  test('comments and empty lines are not answered; quit is, and then the session is over', async () => {
    const engine = open()
    expect(await talk(engine, '# hello', '', '  \t')).toEqual(['nothing', 'nothing', 'nothing'])
    expect(engine.isOver).toBe(false)
    expect(await talk(engine, '9 quit')).toEqual(['=9 '])
    expect(engine.isOver).toBe(true)
  })
})

describe('setup', () => {
  test.each([
    ['boardsize 19', '= '],
    ['boardsize 9', '= '],
    ['boardsize 1', '? unacceptable size'],
    ['boardsize 26', '? unacceptable size'],
    ['boardsize -9', '? unacceptable size'],
    ['boardsize', '? syntax error'],
    ['boardsize nine', '? syntax error'],
    ['boardsize 9.5', '? syntax error'],
    ['komi 6.5', '= '],
    ['komi -3', '= '],
    ['komi', '? syntax error'],
    ['komi lots', '? syntax error'],
    ['komi 1e999', '? syntax error'],
    ['clear_board', '= '],
    ['fixed_handicap', '? syntax error'],
    ['fixed_handicap 1', '? invalid number of stones'],
    ['fixed_handicap 10', '? invalid number of stones'],
    ['fixed_handicap 2', '= C3 G7'],
    ['place_free_handicap 1', '? invalid number of stones'],
    ['place_free_handicap 81', '? invalid number of stones'],
    ['place_free_handicap 3', '= C3 G7 C7'],
    ['set_free_handicap A1', '? bad vertex list'],
    ['set_free_handicap A1 A1', '? bad vertex list'],
    ['set_free_handicap A1 pass', '? bad vertex list'],
    ['set_free_handicap A1 T19', '? bad vertex list'],
    ['set_free_handicap A1 4D', '? syntax error'],
    ['set_free_handicap A1 B2', '= '],
  ])('%s → %s', async (line, response) => {
    expect(await ask(line)).toBe(response)
  })

  test('a size that the network cannot play is refused, and the game goes on', async () => {
    const engine = open({ policy: { ...centralPolicy(9), accepts: (size) => size === 9 } })
    expect(await talk(engine, 'play b e5', 'boardsize 19', 'play w e5')).toEqual([
      '= ',
      '? unacceptable size',
      '? illegal move',
    ])
  })

  test('handicap wants an empty board, comes before white’s first move, and cannot be taken back', async () => {
    for (const command of ['fixed_handicap 2', 'place_free_handicap 2', 'set_free_handicap a1 a2']) {
      expect(await ask('play b e5', command)).toBe('? board not empty')
      expect(await ask('fixed_handicap 2', command)).toBe('? board not empty')
      expect(await ask(command, 'undo')).toBe('? cannot undo')
      expect(await ask(command, 'showboard')).toContain('White to play move 1')
      expect(await ask(command, 'clear_board', command)).toMatch(/^=/)
    }
  })

  test('free handicap of more stones than there are fixed places is where the network wants it', async () => {
    const vertices = (await ask('place_free_handicap 12')).slice(2).split(' ')
    expect(vertices[0]).toBe('E5')
    expect(new Set(vertices).size).toBe(12)
  })

  test('as many stones as the board nearly holds: fewer are taken, none is captured or lost', async () => {
    const engine = open({ policy: centralPolicy(3) })
    const [vertices = ''] = await talk(engine, 'place_free_handicap 8')
    const count = vertices.slice(2).split(' ').length
    expect(count).toBeGreaterThanOrEqual(2)
    expect(count).toBeLessThan(9)
    expect((await talk(engine, 'showboard'))[0]?.match(/X /g)?.length).toBe(count)
  })
})

describe('playing', () => {
  test.each([
    ['play b e5', '= '],
    ['play BLACK E5', '= '],
    ['play white pass', '= '],
    ['play w PASS', '= '],
    ['play b', '? syntax error'],
    ['play', '? syntax error'],
    ['play green e5', '? syntax error'],
    ['play b 5e', '? syntax error'],
    ['play b resign', '? syntax error'],
    ['play b i5', '? illegal move'],
    ['play b k5', '? illegal move'],
    ['play b a10', '? illegal move'],
    ['play b a0', '? illegal move'],
    ['genmove', '? syntax error'],
    ['genmove x', '? syntax error'],
    ['genmove b', '= E5'],
    ['reg_genmove w', '= E5'],
    ['undo', '? cannot undo'],
  ])('%s → %s', async (line, response) => {
    expect(await ask(line)).toBe(response)
  })

  test('stones, suicide and the ko are respected; several moves of one colour are no mistake', async () => {
    expect(await ask('play b e5', 'play w e5')).toBe('? illegal move')
    expect(await ask('play b e5', 'play b e6')).toBe('= ')
    expect(await ask('play b a2', 'play b b1', 'play w a1')).toBe('? illegal move')
    const ko = ['b d5', 'b e4', 'b e6', 'w f4', 'w f6', 'w g5', 'b f5', 'w e5'].map((move) => `play ${move}`)
    expect((await talk(open(), ...ko)).every((response) => response === '= ')).toBe(true)
    expect(await ask(...ko, 'play b f5')).toBe('? illegal move')
    expect(await ask(...ko, 'play b a1', 'play w a2', 'play b f5')).toBe('= ')
  })

  test('positional superko, where the engine was started so', async () => {
    // The suicide of a single stone leaves the board as it was: where suicide is allowed, simple ko has nothing against it.
    const setup = ['b a2', 'b b3', 'b c2', 'w b1', 'b e2', 'b d1'].map((move) => `play ${move}`)
    for (const [ko, answer] of [
      ['simple', '= '],
      ['superko', '? illegal move'],
    ] as const) {
      const engine = open({ rules: { ko, suicide: true } })
      await talk(engine, 'boardsize 5', ...setup)
      expect(await talk(engine, 'play w e1')).toEqual([answer])
    }
  })

  test('genmove plays, reg_genmove does not, undo takes back', async () => {
    expect(await ask('genmove b', 'play w e5')).toBe('? illegal move')
    expect(await ask('reg_genmove b', 'play w e5')).toBe('= ')
    expect(await ask('genmove b', 'undo', 'play w e5')).toBe('= ')
    expect(await ask('genmove b', 'undo', 'undo')).toBe('? cannot undo')
    // Either colour may be asked at any time.
    expect(await ask('genmove w', 'genmove w', 'showboard')).toContain('Black to play move 3')
  })

  test('undo brings back captured stones', async () => {
    const lines = ['play w a1', 'play b a2', 'play b b1', 'undo', 'play b a1']
    expect(await ask(...lines)).toBe('? illegal move')
  })
})

describe('time', () => {
  test.each([
    ['time_settings 300 30 5', '= '],
    ['time_settings 300 30', '? syntax error'],
    ['time_settings 300 30 x', '? syntax error'],
    ['time_settings -1 0 0', '? syntax error'],
    ['time_left b 120 0', '= '],
    ['time_left b 120', '? syntax error'],
    ['time_left x 120 0', '? syntax error'],
    ['kgs-time_settings byoyomi 300 30 5', '= '],
    ['kgs-time_settings canadian 300 30 25', '= '],
    ['kgs-time_settings absolute 300', '= '],
    ['kgs-time_settings none', '= '],
    ['kgs-time_settings hourglass 3', '? syntax error'],
  ])('%s → %s', async (line, response) => {
    expect(await ask(line)).toBe(response)
  })
})

describe('the position', () => {
  const wall = Array.from({ length: 9 }, (_, row) => [`play b e${row + 1}`, `play w f${row + 1}`]).flat()

  test('showboard: black X, white O, coordinates, prisoners, who is next', async () => {
    const text = await ask('boardsize 5', 'play b c3', 'play w d2', 'showboard')
    expect(text).toBe(
      [
        '= ',
        '   A B C D E',
        ' 5 . . . . . 5',
        ' 4 . . . . . 4',
        ' 3 . . X . . 3',
        ' 2 . . . O . 2',
        ' 1 . . . . . 1',
        '   A B C D E',
        'Black (X) has captured 0, white (O) 0',
        'Black to play move 3',
      ].join('\n'),
    )
  })

  test('a wall down the middle: area and komi', async () => {
    // Black 5 columns of 9, white 4: 45 − 36 − 7.5 = 1.5.
    expect(await ask(...wall, 'final_score')).toBe('= B+1.5')
    expect(await ask(...wall, 'komi 9', 'final_score')).toBe('= 0')
    expect(await ask(...wall, 'komi 10.5', 'final_score')).toBe('= W+1.5')
  })

  test('a stone that cannot live is dead, and its point counts', async () => {
    const lines = [...wall, 'play w b5']
    expect(await ask(...lines, 'final_status_list dead')).toBe('= B5')
    expect(await ask(...lines, 'final_score')).toBe('= B+1.5')
    const alive = await ask(...lines, 'final_status_list alive')
    expect(alive.slice(2).split('\n')).toEqual(['E9 E8 E7 E6 E5 E4 E3 E2 E1', 'F9 F8 F7 F6 F5 F4 F3 F2 F1'])
    expect(await ask(...lines, 'final_status_list seki')).toBe('= ')
  })

  test.each(['final_status_list', 'final_status_list ill'])('%s is refused', async (line) => {
    expect(await ask(line)).toBe('? syntax error')
  })
})

describe('what GoGui shows', () => {
  test('numbers for each point, row by row', async () => {
    for (const command of ['policy-probabilities', 'policy-ownership']) {
      const rows = (await ask('boardsize 5', 'play b c3', command)).slice(2).split('\n')
      expect(rows.map((row) => row.split(' ').length)).toEqual([5, 5, 5, 5, 5])
      expect(rows.flatMap((row) => row.split(' ').map(Number)).every((value) => Math.abs(value) <= 1)).toBe(true)
      expect(await ask('gogui-analyze_commands')).toContain(`/${command}`)
    }
    expect(await ask('boardsize 5', 'policy-probabilities')).toContain('1.000')
  })
})

describe('records', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gtp-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }

  test('loadsgf: size, komi and setup of the record, up to the move before the one that is named', async () => {
    const path = write('game.sgf', '(;GM[1]SZ[5]KM[3.5]AB[aa];B[cc];W[dd];B[])')
    expect(await ask(`loadsgf ${path}`, 'showboard')).toContain('White to play move 4')
    expect(await ask(`loadsgf ${path} 2`, 'showboard')).toContain('White to play move 2')
    expect(await ask(`loadsgf ${path} 1`, 'play b c3')).toBe('= ')
    expect(await ask(`loadsgf ${path} 2`, 'play w c3')).toBe('? illegal move')
    expect(await ask(`loadsgf ${path} 99`, 'play w d2')).toBe('? illegal move')
    // Black's stone at A5 and nothing of white: all 25 points are black's.
    expect(await ask(`loadsgf ${path} 1`, 'final_score')).toBe('= B+21.5')
    expect(await ask(`loadsgf ${path}`, 'undo', 'undo', 'play w d2')).toBe('= ')
  })

  test('what cannot be loaded changes nothing', async () => {
    const cut = write('cut.sgf', '(;GM[1]SZ[9];B[aa')
    const off = write('off.sgf', '(;GM[1]SZ[9];B[zz])')
    const twice = write('twice.sgf', '(;GM[1]SZ[9];B[aa];W[aa])')
    const empty = write('empty.sgf', '')
    for (const path of [cut, off, twice, empty, folder, join(folder, 'none.sgf')]) {
      const engine = open()
      expect(await talk(engine, 'play b e5', `loadsgf ${path}`, 'play w e5')).toEqual([
        '= ',
        expect.stringMatching(/^\? cannot load file: /),
        '? illegal move',
      ])
    }
    expect(await ask('loadsgf')).toBe('? syntax error')
    expect(await ask(`loadsgf ${cut} 0`)).toBe('? syntax error')
    expect(await ask(`loadsgf ${cut} x`)).toBe('? syntax error')
  })
})
