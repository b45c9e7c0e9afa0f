import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CaseCard } from '@/features/services/case-card'
import { CaseDraft, sentencesOf, wrongOf, type DraftDoor } from '@/features/services/case-draft'
import { CaseForm } from '@/features/services/case-form'
import { CaseMoves } from '@/features/services/case-moves'
import { formFields, toldFields } from '@/features/services/field-of'
import { meanStars, shareText, usedOf } from '@/features/services/figures-page'
import { offerOf } from '@/features/services/offers'
import { isYours } from '@/features/services/queries'
import { byEvent } from '@/features/services/services-page'
import { accountsOf } from '@/features/services/case-panel'
import { acceptOf } from '@/features/services/case-papers'
import { valuesOf, wrongInputs } from '@/features/services/move-fields'
import { pointsOf } from '@/features/services/review-page'
import { filterOf, isNarrowed, WorkFilters } from '@/features/services/work-filters'
import { lineAfter } from '@/features/services/work-list'
import { fits } from '@/features/services/work-page'
import { CaseLamp, dueText, usedText } from '@/features/services/words'
import { ChoiceInput, partsOf, type Offer } from '@/pack-ui/form/choice-input'
import { ApiError } from '@/shared/api/client'
import type { Case, CaseHead, DatasetDetail, Field, Flow, Problem } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'
import words from '@/shared/i18n/services-zh.json'

const two = (zh: string, en = zh) => ({ zh, en })
const field = (id: string, more: Partial<Field> = {}): Field => ({ id, title: `标题${id}`, title_en: id, type: 'text', required: false, level: 'L1', masked: false, computed: false, person: false, ...more })
const fields = [field('what', { min: 2, max: 5, required: true }), field('n', { type: 'int', min: 0, max: 9 }), field('why')]
const head: CaseHead = { id: 'c1', flow: 'f', flow_title: two('申请'), key: 'F1', state: 'draft', state_title: two('草稿'), seq: 1, opened_at: '2026-11-20T00:00:00Z', entered_at: '2026-11-20T00:00:00Z', lamp: 'none', escalated: false, rests: false, for_account: '' }
const one = (seq: number, values: Record<string, string | number | null>, more: Partial<Case> = {}): Case => ({ ...head, seq, dataset: 'd', row: { _key: 'F1', _version: seq, ...values }, can_save: true, is_yours: true, due_is_estimated: false, awaits: [], places: [], form: [], moves: [], ...more })
const flow: Flow = {
  id: 'f', pack: 'p', dataset: 'd', title: two('申请'), guide: two('说明'), can_start: true, opened_for: [], files: [], form: [{ field: 'what', required: true, asked: true }],
  states: [{ id: 'draft', title: two('草稿'), final: false, rests: false, has_panel: false, by: [two('申请人')] }, { id: 'check', title: two('待审'), final: false, rests: false, has_panel: false, by: [two('教育局')], within: { n: 3, unit: 'working_days' } }, { id: 'granted', title: two('已授权'), final: false, rests: true, has_panel: false, by: [two('教育局')] }],
}
const problem = (status: number, code: string, more: Partial<Problem> = {}) => new ApiError({ type: 'about:blank', title: code, status, code, detail: two(code), ...more })
const settle = () => vi.advanceTimersByTimeAsync(900)

/** A server that keeps one case: `answers` are given one for each save, and then it takes what comes. */
function server(answers: (Error | Case)[] = [], read: () => Promise<Case> = () => Promise.reject(new Error('not asked'))) {
  const saves: [number, object][] = []
  const door: DraftDoor = {
    save: (seq, values) => {
      saves.push([seq, values])
      const answer = answers.shift() ?? one(seq + 1, values as Record<string, string>)
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
    read,
  }
  return { saves, door }
}
const draftOf = (start: Case, door: DraftDoor) => new CaseDraft(start, fields, door, (text) => text.zh)

beforeEach(async () => {
  sessionStorage.clear()
  await changeLanguage('zh')
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

describe('a form that is saved as it is typed', () => {
  beforeEach(() => { vi.useFakeTimers() })

  it('sends what was typed once the typing pauses, with the sequence it was typed at', async () => {
    const { saves, door } = server()
    const draft = draftOf(one(1, {}), door)
    draft.change('what', '学')
    draft.change('what', '学籍')
    expect(saves).toEqual([])
    await settle()
    expect(saves).toEqual([[1, { what: '学籍' }]])
    expect(draft.snapshot()).toMatchObject({ state: 'kept', texts: { what: '学籍' } })
    expect(sessionStorage.length).toBe(0)
  })

  it('sends one request at a time, and then what was typed meanwhile', async () => {
    let answer: (saved: Case) => void = () => undefined
    const saves: [number, object][] = []
    const draft = draftOf(one(1, {}), { save: (seq, values) => { saves.push([seq, values]); return new Promise((done) => { answer = done }) }, read: () => Promise.reject(new Error('not asked')) })
    draft.change('what', '甲乙')
    await settle()
    draft.change('why', '因为')
    await settle()
    expect(saves.length).toBe(1)
    answer(one(2, { what: '甲乙' }))
    await settle()
    expect(saves[1]).toEqual([2, { why: '因为' }])
  })

  it('keeps back what does not fit its field and sends the rest', async () => {
    const { saves, door } = server()
    const draft = draftOf(one(1, {}), door)
    draft.change('what', '太长的一段文字')
    draft.change('n', '12')
    draft.change('why', '好')
    await settle()
    expect(saves).toEqual([[1, { why: '好' }]])
    expect(draft.snapshot()).toMatchObject({ state: 'stuck', wrong: { what: 'length', n: 'number' }, texts: { what: '太长的一段文字' } })
    expect(await draft.flush()).toBe(false)
  })

  it('shows the sentence of the server beside its field, does not ask again with the same text, and saves the others', async () => {
    const refusal = problem(422, 'records.bad_row', { errors: [{ where: '$.values.why', code: 'x', detail: two('写得不对') }] })
    const { saves, door } = server([refusal])
    const draft = draftOf(one(1, {}), door)
    draft.change('what', '学籍')
    draft.change('why', '?')
    await settle()
    expect(saves).toEqual([[1, { what: '学籍', why: '?' }], [1, { what: '学籍' }]])
    expect(draft.snapshot()).toMatchObject({ state: 'stuck', refused: { why: '写得不对' }, texts: { why: '?' } })
    draft.change('why', '改了')
    expect(draft.snapshot().refused).toEqual({})
    await settle()
    expect(draft.snapshot().state).toBe('kept')
  })

  it('keeps what was typed when the server does not answer, over a reload as well, and sends it later', async () => {
    const first = server([problem(0, 'network.unreachable')])
    const draft = draftOf(one(1, {}), first.door)
    draft.change('what', '学籍')
    await settle()
    expect(draft.snapshot().state).toBe('waiting')
    const second = server()
    const reloaded = draftOf(one(1, {}), second.door)
    expect(reloaded.snapshot()).toMatchObject({ state: 'typing', texts: { what: '学籍' } })
    expect(await reloaded.flush()).toBe(true)
    expect(second.saves).toEqual([[1, { what: '学籍' }]])
  })

  it('goes on by itself when somebody changed another field, and asks when it was the same one', async () => {
    const changed = problem(409, 'flows.case_changed')
    const quiet = server([changed], () => Promise.resolve(one(5, { why: '别人写的' })))
    const draft = draftOf(one(1, {}), quiet.door)
    draft.change('what', '学籍')
    await settle()
    expect(quiet.saves).toEqual([[1, { what: '学籍' }], [5, { what: '学籍' }]])

    const clashing = server([changed], () => Promise.resolve(one(7, { what: '别的' })))
    const other = draftOf(one(1, {}, { id: 'c2' }), clashing.door)
    other.change('what', '学籍')
    await settle()
    expect(other.snapshot()).toMatchObject({ state: 'clash', clashes: [{ field: 'what', theirs: '别的', mine: '学籍' }], texts: { what: '学籍' } })
    other.change('why', '补')
    await settle()
    expect(clashing.saves.length).toBe(1)
    expect(await other.settle('mine')).toBe(true)
    expect(clashing.saves[1]).toEqual([7, { what: '学籍', why: '补' }])
  })

  it('takes what the others wrote when that is chosen', async () => {
    const { saves, door } = server([problem(409, 'flows.case_changed')], () => Promise.resolve(one(7, { what: '别的' })))
    const draft = draftOf(one(1, {}), door)
    draft.change('what', '学籍')
    await settle()
    expect(await draft.settle('theirs')).toBe(true)
    expect(draft.snapshot()).toMatchObject({ state: 'kept', texts: { what: '别的' } })
    expect(saves.length).toBe(1)
  })

  it('still holds what was typed when the form has gone to somebody else', async () => {
    const { door } = server([problem(409, 'flows.case_changed')], () => Promise.resolve(one(9, {}, { can_save: false, state: 'check' })))
    const draft = draftOf(one(1, {}), door)
    draft.change('what', '学籍')
    await settle()
    expect(draft.snapshot()).toMatchObject({ state: 'gone', texts: { what: '学籍' } })
    expect(await draft.flush()).toBe(false)
  })
})

describe('a form whose parts come and go', () => {
  const housing = two('住房')
  const form = (isAsked: boolean) => [{ field: 'what', required: true, asked: true }, { field: 'n', required: true, asked: isAsked, part: housing }, { field: 'why', required: false, asked: isAsked, part: housing }]

  it('keeps what was typed into a part in this tab while it is hidden, does not hold the form up with it, and sends it when it is asked for again', async () => {
    vi.useFakeTimers()
    const { saves, door } = server([one(2, { what: '学籍' }, { form: form(false) }), one(3, { what: '学费' }, { form: form(true) })])
    const draft = draftOf(one(1, {}, { form: form(true) }), door)
    draft.change('n', '12')
    draft.change('what', '学籍')
    await settle()
    expect(saves).toEqual([[1, { what: '学籍' }]])
    expect(draft.snapshot().state).toBe('kept')
    expect(await draft.flush()).toBe(true)
    draft.change('what', '学费')
    await settle()
    expect(draft.snapshot()).toMatchObject({ state: 'stuck', texts: { n: '12' } })
    draft.change('n', '2')
    await settle()
    expect(saves.at(-1)).toEqual([3, { n: 2 }])
  })

  it('shows a part under its heading as soon as the server asks for it, and says aloud what came and went', () => {
    const { door } = server()
    const shownOf = (seq: number, isAsked: boolean) => {
      const draft = draftOf(one(seq, {}, { form: form(isAsked) }), door)
      return <MemoryRouter><CaseForm draft={draft} view={draft.snapshot()} fields={fields} /></MemoryRouter>
    }
    const { rerender } = render(shownOf(1, false))
    expect(screen.queryByRole('group', { name: '住房' })).toBeNull()
    expect(screen.queryByLabelText(/标题n/)).toBeNull()
    rerender(shownOf(2, true))
    expect(screen.getByRole('group', { name: '住房' }).contains(screen.getByLabelText(/标题n/))).toBe(true)
    expect(screen.getAllByRole('status').map((line) => line.textContent)).toContain(words.form.came.replace('{{fields}}', '标题n、标题why'))
    rerender(shownOf(3, false))
    expect(screen.queryByLabelText(/标题n/)).toBeNull()
    expect(screen.getAllByRole('status').map((line) => line.textContent)).toContain(words.form.went.replace('{{fields}}', '标题n、标题why'))
  })
})

describe('what a form takes', () => {
  it('is told by type and length, and an empty text is not too short', () => {
    expect([wrongOf(field('a', { min: 2, max: 3 }), '甲'), wrongOf(field('a', { min: 2, max: 3 }), '甲乙'), wrongOf(field('a', { min: 2 }), ''), wrongOf(field('n', { type: 'int' }), 'x'), wrongOf(field('d', { type: 'date' }), '昨天')]).toEqual(['length', undefined, undefined, 'number', 'value'])
  })

  it('takes the sentences of a refusal that name its fields, also a single one', () => {
    const pick = (text: { zh: string }) => text.zh
    expect(sentencesOf(problem(422, 'a', { where: '$.values.what', detail: two('缺') }), ['what'], pick)).toEqual({ what: '缺' })
    expect(sentencesOf(problem(422, 'a', { where: '$.seq' }), ['what'], pick)).toEqual({})
    expect(sentencesOf(new Error('x'), ['what'], pick)).toEqual({})
  })

  it('stands in the order of the flow, required as the flow asks, and facts leave out what is empty', () => {
    const dataset = { fields: [...fields, field('st', { type: 'state' })], grain: ['no'] } as unknown as DatasetDetail
    expect(formFields(dataset, [{ field: 'why', required: true, asked: true }, { field: 'what', required: false, asked: true }, { field: 'n', required: true, asked: false }, { field: 'lost', required: true, asked: true }]).map((one) => [one.id, one.required])).toEqual([['why', true], ['what', false]])
    expect(toldFields(dataset, { _key: '', _version: 1, what: '', n: 0, why: 'x', st: 'draft' }, ['why']).map((one) => one.id)).toEqual(['n'])
  })
})

describe('how a case is told', () => {
  const shown = (ui: React.ReactNode) => render(<MemoryRouter><QueryClientProvider client={new QueryClient()}>{ui}</QueryClientProvider></MemoryRouter>)

  it('says the lamp as a word: in time, soon, now, overdue, and none without a deadline', () => {
    const at = Date.parse('2026-11-22T00:00:00Z')
    const word = (lamp: CaseHead['lamp'], due_at?: string) => {
      cleanup()
      return shown(<CaseLamp head={{ ...head, lamp, due_at }} now={at} />).container.textContent
    }
    expect([word('green', '2026-11-30T00:00:00Z'), word('yellow', '2026-11-23T00:00:00Z'), word('red', '2026-11-22T05:00:00Z'), word('red', '2026-11-21T00:00:00Z'), word('none')]).toEqual([words.lamp.green, words.lamp.yellow, words.lamp.red_soon, words.lamp.red, ''])
  })

  it('names the day that a deadline of working days ends with, wherever it is read', () => {
    expect(dueText('2026-11-25T16:00:00Z')).toBe('2026-11-25')
    expect(dueText('2026-11-25T02:30:00Z')).toMatch(/^2026-11-2\d \d\d:30$/)
  })

  it('says a span in the unit that fits', () => {
    const w = ((key: string, told?: { n: string }) => (told === undefined ? key : `${key} ${told.n}`)) as unknown as Parameters<typeof usedText>[1]
    expect([usedText(20_000, w), usedText(60_000, w), usedText(90 * 60_000, w), usedText(3 * 86_400_000, w)]).toEqual(['span.under_minute', 'span.minutes 1', 'span.hours 1.5', 'span.days 3'])
  })

  it('says whose turn it is: the reader\'s, an office\'s until a day, nobody\'s where it rests, and when it is closed', () => {
    const said = (more: Partial<CaseHead>, isMine = false) => {
      cleanup()
      return shown(<ul><CaseCard head={{ ...head, ...more }} flow={flow} isMine={isMine} /></ul>).container.textContent
    }
    expect(said({}, true)).toContain('请您办理')
    expect(said({ state: 'check', due_at: '2026-11-25T16:00:00Z', lamp: 'green' })).toContain('正在由教育局办理，2026-11-25 前')
    expect(said({ state: 'granted', due_at: '2027-11-22T16:00:00Z' })).toContain('有效至 2027-11-22')
    expect(said({ state: 'done', closed_at: '2026-11-21T08:00:00Z' })).toContain('2026-11-21 办结')
  })

  it('offers the moves that may be made and says why the others may not', () => {
    const move = { to: 'check', to_title: two('待审'), form: [], note_required: false, four_eyes: false, is_others: false, opens_share: false, ends_share: false }
    const moves: Case['moves'] = [{ ...move, id: 'send', label: two('提交'), allowed: true }, { ...move, id: 'back', label: two('退回'), allowed: false, refused: two('已退回过一次') }]
    shown(<CaseMoves one={one(1, {}, { moves })} flow={flow} dataset={{ fields, grain: [] } as unknown as DatasetDetail} draft={null} onDone={() => undefined} />)
    expect((screen.getByRole('button', { name: /提\s*交/ }) as HTMLButtonElement).disabled).toBe(false)
    expect((screen.getByRole('button', { name: /退\s*回/ }) as HTMLButtonElement).disabled).toBe(true)
    expect(screen.getByText('已退回过一次')).toBeTruthy()
  })

  it('does not tell a family what offices could not do now', () => {
    const move = { to: 'check', to_title: two('待审'), form: [], note_required: false, four_eyes: false, opens_share: false, ends_share: false, allowed: false, refused: two('由教育局办理') }
    const moves: Case['moves'] = [{ ...move, id: 'grant', label: two('批准'), is_others: true }, { ...move, id: 'withdraw', label: two('撤回申请'), allowed: true, refused: undefined, is_others: false }]
    shown(<CaseMoves one={one(1, {}, { moves, is_yours: false, state: 'check' })} flow={flow} dataset={{ fields, grain: [] } as unknown as DatasetDetail} draft={null} onDone={() => undefined} />)
    expect(screen.queryByText('由教育局办理')).toBeNull()
    expect(screen.getByRole('button', { name: '撤回申请' })).toBeTruthy()
    cleanup()
    shown(<CaseMoves one={one(1, {}, { moves: moves.slice(0, 1), is_yours: false, state: 'check' })} flow={flow} dataset={{ fields, grain: [] } as unknown as DatasetDetail} draft={null} onDone={() => undefined} />)
    expect(screen.getByText(/教育局办理/)).toBeTruthy() // whose turn it is
  })

  it('does not press a way out upon the reader while the first way is closed', () => {
    const move = { to: 'check', to_title: two('待审'), form: [], note_required: false, four_eyes: false, is_others: false, opens_share: false, ends_share: false }
    const moves: Case['moves'] = [{ ...move, id: 'send', label: two('提交'), allowed: false, refused: two('请先上传') }, { ...move, id: 'withdraw', label: two('撤回申请'), allowed: true }]
    shown(<CaseMoves one={one(1, {}, { moves })} flow={flow} dataset={{ fields, grain: [] } as unknown as DatasetDetail} draft={null} onDone={() => undefined} />)
    expect(screen.getByRole('button', { name: '撤回申请' }).className).not.toContain('ant-btn-primary')
  })

  it('knows whose turn it is also where an offer waits to be taken while it stands at an office\'s desk', () => {
    const move = { label: two('确认'), to_title: two(''), form: [], note_required: false, four_eyes: false, is_others: false, opens_share: false, ends_share: false, allowed: true }
    const offered = (to: string) => one(1, {}, { is_yours: false, state: 'check', moves: [{ ...move, id: 'm', to }] })
    expect([isYours(flow, offered('granted')), isYours({ ...flow, can_start: false }, offered('granted')), isYours(flow, offered('gone')), isYours(flow, one(1, {}))]).toEqual([true, false, false, true])
  })

  it('shows both texts of a clash by the titles of the fields', () => {
    const { door } = server()
    const draft = draftOf(one(1, {}), door)
    const settled = vi.spyOn(draft, 'settle').mockResolvedValue(true)
    shown(<CaseForm draft={draft} fields={fields} view={{ ...draft.snapshot(), state: 'clash', clashes: [{ field: 'what', theirs: '别的', mine: '学籍' }] }} />)
    expect(screen.getByText('标题what：现为“别的”，您填的是“学籍”')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: words.form.take_theirs }))
    expect(settled).toHaveBeenCalledWith('theirs')
  })
})

describe('what a form offers', () => {
  const items = [{ value: '370211001', title: two('黄岛街道'), hint: '西海岸新区' }, { value: '370203001', title: two('黄岛街道'), hint: '市北区' }]
  const shown = (offer: Offer, value: string, onChange = vi.fn()) => {
    render(<QueryClientProvider client={new QueryClient()}><label htmlFor="f">街道</label><ChoiceInput id="f" value={value} offer={offer} disabled={false} required onChange={onChange} /></QueryClientProvider>)
    return onChange
  }

  beforeEach(() => vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} }))
  afterEach(() => vi.unstubAllGlobals())

  it('is found by typing, told apart by where it belongs, and kept by its value', async () => {
    const find = vi.fn((typed: string) => Promise.resolve(typed === 'hd' ? items : []))
    const changed = shown({ key: ['c', '1'], many: false, chosen: [], find }, '')
    fireEvent.mouseDown(screen.getByLabelText('街道'))
    fireEvent.change(screen.getByLabelText('街道'), { target: { value: 'hd' } })
    fireEvent.click(await screen.findByText('黄岛街道（市北区）'))
    expect(changed).toHaveBeenCalledWith('370203001')
    expect(find).toHaveBeenCalledWith('hd')
  })

  it('shows what stands there by its title, also when it is not among those that are offered', () => {
    shown({ key: ['c', '1'], many: false, chosen: items.slice(0, 1), find: () => Promise.resolve([]) }, '370211001')
    expect(screen.getByText('黄岛街道（西海岸新区）')).toBeTruthy()
    cleanup()
    shown({ key: ['c', '1'], many: true, chosen: [{ value: 'a', title: two('甲'), hint: '' }], find: () => Promise.resolve([]) }, 'a, b')
    expect([screen.getByText('甲'), screen.getByText('b')].length).toBe(2)
    expect([partsOf(' a, b,', true), partsOf('a,b', false), partsOf('', true)]).toEqual([['a', 'b'], ['a,b'], []])
  })

  it('asks for the field with what the form says now, kept or not', () => {
    const input = { field: 'street', required: true, asked: true, choose: { many: false, on: 'district', chosen: [] } }
    expect(offerOf('c1', 3, input, (id) => (id === 'district' ? 'd9' : ''), 'send')?.key).toEqual(['c1', '3', 'send', 'street', 'd9'])
    expect(offerOf('c1', 3, { field: 'what', required: true, asked: true }, () => '')).toBeUndefined()
  })
})

describe('the conditions of a work-list', () => {
  it('stand in the address, and what they cannot mean is left out', () => {
    expect(filterOf(new URLSearchParams('lamp=red&waits=5&from=2026-11-01&until=2026-13-01&q=%20DS2026%20'))).toEqual({ lamp: 'red', waits_longer: 5, opened_from: '2026-11-01', opened_until: undefined, q: 'DS2026' })
    expect(isNarrowed(filterOf(new URLSearchParams('lamp=blue&waits=0&waits=x&q=')))).toBe(false)
  })

  it('are taken off one by one, or all at once', () => {
    const changed = vi.fn()
    render(<WorkFilters filter={filterOf(new URLSearchParams('lamp=late&q=DS2026'))} onChange={changed} />)
    fireEvent.click(screen.getByRole('button', { name: '去掉条件：已逾期' }))
    expect(changed).toHaveBeenLastCalledWith({ lamp: undefined })
    fireEvent.click(screen.getByRole('button', { name: '全部清除' }))
    expect(changed).toHaveBeenLastCalledWith({ lamp: undefined, waits: undefined, from: undefined, until: undefined, q: undefined })
  })
})

describe('the lists', () => {
  it('group services by event of life, those without one last', () => {
    const at = (id: string, code?: string): Flow => ({ ...flow, id, life_event: code === undefined ? undefined : { code, title: two(code) } })
    expect(byEvent([at('a'), at('b', 'aid'), at('c', 'entry'), at('d', 'aid')]).map((group) => [group.event?.code, group.flows.map((one) => one.id)])).toEqual([['aid', ['b', 'd']], ['entry', ['c']], [undefined, ['a']]])
  })

  it('let cases be handled together that stand in one state of one service', () => {
    expect([fits([], head), fits([head], { ...head, id: 'c2' }), fits([head], { ...head, state: 'check' }), fits([head], { ...head, flow: 'g' })]).toEqual([true, true, false, false])
  })

  it('go from line to line by arrows and stay within the list', () => {
    expect([lineAfter('ArrowDown', -1, 3), lineAfter('ArrowDown', 2, 3), lineAfter('ArrowUp', 0, 3), lineAfter('End', 0, 3), lineAfter('a', 0, 3), lineAfter('Home', 0, 0)]).toEqual([0, 2, 0, 2, undefined, undefined])
  })

  it('stop a move that lacks what it asks for, and send only what was touched', () => {
    const asked = [field('a', { required: true }), field('b', { required: true }), field('n', { type: 'int', max: 9 })]
    expect(wrongInputs(asked, { n: '12' }, (one) => (one.id === 'b' ? 'stands' : ''))).toEqual({ a: 'missing', n: 'number' })
    expect(wrongInputs(asked, { a: 'x', n: '' }, () => 'stands')).toEqual({})
    expect(valuesOf(asked, { a: 'x', n: '' })).toEqual({ a: 'x', n: null })
  })

  it('take points only if all of a sheet are there and within their items', () => {
    const sheet = [{ id: 'idea', title: two('创意'), max: 60 }, { id: 'craft', title: two('制作'), max: 40 }]
    expect([pointsOf(sheet, { idea: '50', craft: '40' }), pointsOf(sheet, { idea: '50' }), pointsOf(sheet, { idea: '61', craft: '1' }), pointsOf(sheet, { idea: '-1', craft: '1' })]).toEqual([{ idea: 50, craft: 40 }, undefined, undefined, undefined])
  })

  it('read accounts however they were pasted, offer the extensions of a type, and take the mean of ratings', () => {
    expect(accountsOf('t1，t2\nt1 ; t3、')).toEqual(['t1', 't2', 't3'])
    expect(acceptOf(['pdf', 'jpg'])).toBe('.pdf,.jpg,.jpeg')
    expect([meanStars([0, 0, 0, 0, 0]), meanStars([0, 0, 1, 0, 3])]).toEqual([undefined, { mean: 4.5, n: 4 }])
  })

  it('hold what was used against what is promised in the unit of the promise, and give shares of something only', () => {
    const line = { state: 's', title: two('审'), n_open: 0, n_late: 0, n_left: 4, mean_days: 2, n_promised: 4, n_within: 3, mean_used: 1.5 }
    expect([usedOf({ ...line, within: { n: 5, unit: 'working_days' } }), usedOf(line), usedOf({ ...line, n_promised: 0, within: { n: 5, unit: 'days' } })]).toEqual([{ used: 1.5, promised: 5, unit: 'working_days' }, undefined, undefined])
    expect([shareText(3, 4), shareText(0, 0)]).toEqual(['75%', undefined])
  })
})
