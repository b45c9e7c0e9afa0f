import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AnswerCard } from '@/features/ask/answer-card'
import { drawnOf, kindsOf } from '@/features/ask/picture'
import { QuestionBox } from '@/features/ask/question-box'
import { fitsBoard, lossOf, newBoard, savedOf } from '@/features/ask/save'
import { isPeriod, openDimensions, withFilter, withGroup, withMetric, withPeriod, withoutMetric } from '@/features/ask/tree'
import type { AskAnswer, AskQuery, AskVocabulary } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'

afterEach(cleanup)
beforeEach(() => changeLanguage('zh'))

const query = (changes: Partial<AskQuery> = {}): AskQuery => ({
  intent: 'compare', metrics: ['rate'], by: ['district'], where: {}, time: { grain: '', from: '', to: '', last: 0 }, compare: '', order: '', limit: 0, having: [], member: '',
  against_whole: false, count: false, streak: 0, direction: '', chart: '', ...changes,
})
const vocabulary: AskVocabulary = {
  metrics: [
    { id: 'rate', title: '优良率', title_en: 'rate', unit: '%', dimensions: ['district', 'school', 'school_year', 'sex', 'grade'] },
    { id: 'n', title: '人数', title_en: 'n', unit: '人', dimensions: ['district', 'school', 'school_year', 'sex'] },
  ],
  dimensions: [
    { id: 'district', kind: 'org', title: '区市', title_en: 'district', values: [] },
    { id: 'school', kind: 'org', title: '学校', title_en: 'school', values: [] },
    { id: 'school_year', kind: 'period', title: '学年', title_en: 'year', values: [] },
    { id: 'sex', kind: 'code', title: '性别', title_en: 'sex', values: [{ code: '1', title: '男', title_en: 'boys' }, { code: '2', title: '女', title_en: 'girls' }] },
    { id: 'grade', kind: 'whole', title: '年级', title_en: 'grade', values: [] },
  ],
}
const answer = (changes: Partial<AskAnswer> = {}): AskAnswer => ({
  id: 'a1', by_model: false, understood: [{ kind: 'metric', id: 'rate', text: '优良率', text_en: 'rate' }, { kind: 'dimension', id: 'district', text: '按区市', text_en: 'by district' }],
  query: query(), sentence: '最高的是甲区。', sentence_en: 'The highest is A.', n: 100, chart: 'bar', as_of: '2026-11-22T08:00:00Z', suppressed: [], caveats: [], alternatives: [], computed: [], sources: [],
  columns: [{ id: 'district', title: '区市', title_en: 'district', kind: 'dimension', type: 'org', decimals: 0 }, { id: 'rate', title: '优良率', title_en: 'rate', kind: 'metric', unit: '%', type: 'number', decimals: 1 }],
  rows: [[{ id: 'o1', title: '甲区' }, 50], [{ id: 'o2', title: '乙区' }, 40]], ...changes,
})

describe('an edited query', () => {
  it('puts a metric in the place of another, in order and thresholds too', () => {
    const edited = withMetric(query({ order: '-rate__change', having: [{ metric: 'rate', op: '>', value: 5 }] }), 'rate', 'n')
    expect(edited).toMatchObject({ metrics: ['n'], order: '-n__change', having: [{ metric: 'n' }] })
    expect(withoutMetric(query({ metrics: ['rate', 'n'], order: '-n' }), 'n')).toMatchObject({ metrics: ['rate'], order: '' })
    expect(withoutMetric(query(), 'rate').metrics).toEqual(['rate'])
  })

  it('adds, changes and takes away groups, and with the last one what spoke of them', () => {
    expect(withGroup(query(), '', 'sex').by).toEqual(['district', 'sex'])
    expect(withGroup(query(), 'district', 'grade').by).toEqual(['grade'])
    expect(withGroup(query({ by: ['sex', 'grade'] }), 'sex', 'grade').by).toEqual(['grade'])
    expect(withGroup(query({ intent: 'share', order: '-rate', limit: 5, member: 'o1' }), 'district', '')).toMatchObject({ by: [], intent: 'value', order: '', limit: 0, member: '' })
  })

  it('keeps one level of organisations and no empty condition', () => {
    expect(withFilter(query({ where: { district: ['o1'], sex: ['1'] } }), 'school', ['o9']).where).toEqual({ sex: ['1'], school: ['o9'] })
    expect(withFilter(query({ where: { sex: ['1'] } }), 'sex', []).where).toEqual({})
  })

  it('names a period in one way at a time', () => {
    const named = query({ where: { school_year: ['2024'] }, time: { grain: '', from: '2023', to: '2024', last: 0 } })
    expect(withPeriod(named, 'school_year', { from: '', to: '', last: 3 })).toMatchObject({ where: {}, time: { from: '', to: '', last: 3 } })
    expect(['', '2025', '2025-2', '2025-09-30'].every(isPeriod)).toBe(true)
    expect(['25', '2025/9', '去年', '2025-09-30-1'].some(isPeriod)).toBe(false)
  })

  it('offers what all metrics share and is not there yet', () => {
    const ids = (use: 'group' | 'filter', one: AskQuery) => openDimensions(one, vocabulary, use).map((dimension) => dimension.id)
    expect(ids('group', query())).toEqual(['school', 'school_year', 'sex', 'grade'])
    expect(ids('group', query({ metrics: ['rate', 'n'] }))).toEqual(['school', 'school_year', 'sex'])
    expect(ids('filter', query({ where: { sex: ['1'] } }))).toEqual(['district', 'school', 'grade'])
  })
})

describe('the picture of an answer', () => {
  const share = answer({
    chart: 'pie', query: query({ intent: 'share' }), suppressed: [[1, 2]],
    columns: [...answer().columns, { id: 'rate__share', title: '占比', title_en: 'share', kind: 'compare', unit: '%', type: 'number', decimals: 1 }], rows: [[{ id: 'o1', title: '甲区' }, 60, 100], [{ id: 'o2', title: '乙区' }, 40, null]],
  })

  it('draws what was asked for and keeps what is withheld where it is', () => {
    const drawn = drawnOf(share)
    expect(drawn.columns.map((column) => [column.id, column.kind])).toEqual([['district', 'dimension'], ['rate__share', 'metric']])
    expect(drawn.rows[0]).toEqual([{ id: 'o1', title: '甲区' }, 100])
    expect(drawn.suppressed).toEqual([[1, 1]])
  })

  it('offers the pictures that fit, the server\'s first', () => {
    expect(kindsOf(answer())[0]).toBe('bar')
    expect(kindsOf(share)[0]).toBe('rank')
    expect(kindsOf(answer({ chart: 'line' }))).toEqual(['line', 'bar', 'rank', 'table'])
    expect(kindsOf(answer({ chart: 'kpi', columns: answer().columns.slice(1), rows: [[50]] }))).toEqual(['kpi', 'table'])
  })
})

describe('saving on a dashboard', () => {
  it('says what a card cannot hold', () => {
    expect(lossOf(query(), 'bar')).toBeUndefined()
    expect(lossOf(query({ intent: 'share' }), 'rank')).toBe('share')
    expect(lossOf(query({ intent: 'streak' }), 'table')).toBe('intent')
    expect(lossOf(query({ intent: 'target', metrics: [], lamp: 'missed' }), 'table')).toBe('target')
    expect(lossOf(query({ having: [{ metric: 'rate', op: '>', value: 1 }] }), 'bar')).toBe('having')
    expect(lossOf(query({ where: { sex: ['1', '2'] } }), 'bar')).toBe('values')
    expect(lossOf(query({ time: { grain: '', from: '', to: '', last: 3 } }), 'line')).toBe('time')
    expect(lossOf(query({ order: '-rate' }), 'bar')).toBe('order')
    expect(lossOf(query({ order: '-rate' }), 'rank')).toBeUndefined()
  })

  it('makes filters of the conditions, with the newest period where none was named', () => {
    const saved = savedOf(answer(), query({ where: { sex: ['2'] }, limit: 5 }), vocabulary, 'rank', '女生优良率')
    expect(saved.card).toMatchObject({ kind: 'rank', metrics: ['rate'], by: ['district'], top: 5, title: '女生优良率' })
    expect(saved.defaults).toEqual({ sex: '2', school_year: 'last' })
    const board = newBoard(saved, 'ask_1', '女生')
    expect(fitsBoard(saved, board)).toBe(true)
    expect(fitsBoard(saved, { ...board, defaults: { ...board.defaults, sex: '1' } })).toBe(false)
    expect(fitsBoard(saved, { ...board, filters: [...board.filters, 'grade'], defaults: { ...board.defaults, grade: '3' } })).toBe(false)
  })
})

function draw(one: AskAnswer, onEdit = vi.fn(), onAsk = vi.fn()) {
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter><AnswerCard question="各区市优良率" answer={one} last busy={false} onEdit={onEdit} onAsk={onAsk} /></MemoryRouter>
    </QueryClientProvider>,
  )
  return { onEdit, onAsk }
}

describe('an answer', () => {
  it('tells the sentence, its parts and its figures', async () => {
    draw(answer({ caveats: [{ zh: '按学年统计', en: 'by school year' }] }))
    expect(screen.getByText('最高的是甲区。')).toBeTruthy()
    expect(screen.getByRole('button', { name: /按区市/ })).toBeTruthy()
    expect(screen.getByText('按学年统计')).toBeTruthy()
    fireEvent.change(screen.getByLabelText('图形'), { target: { value: 'table' } })
    await waitFor(() => expect(screen.getByRole('cell', { name: '甲区' })).toBeTruthy())
  })

  it('tells which targets were meant, and offers no editor for them', () => {
    draw(answer({
      query: query({ intent: 'target', metrics: [], by: [], targets: ['a'] }), chart: 'table', understood: [{ kind: 'target', id: 'a', text: '甲目标', text_en: 'a' }],
      columns: [{ id: 'target', title: '目标', title_en: 'Target', kind: 'dimension', type: 'text', decimals: 0 }, { id: 'wanted', title: '目标值', title_en: 'Wanted', kind: 'metric', type: 'number', decimals: 0 }], rows: [['甲目标', 3]],
    }))
    expect(screen.getAllByText('甲目标').length).toBeGreaterThan(0)
    expect(screen.queryByRole('button', { name: /甲目标|加分组|加条件/ })).toBeNull()
  })

  it('tells what is done with the figures, which has no editor', () => {
    draw(answer({ understood: [{ kind: 'metric', id: 'rate', text: '优良率', text_en: 'rate' }, { kind: 'task', id: 'threshold', text: '优良率低于60%', text_en: 'rate < 60' }] }))
    expect(screen.getByText('优良率低于60%')).toBeTruthy()
    expect(screen.queryByRole('button', { name: /低于60%/ })).toBeNull()
    expect(screen.getByRole('button', { name: /加条件/ })).toBeTruthy()
  })

  it('refuses by a sentence that says what to do, with other readings to choose', () => {
    const other = query({ metrics: ['n'] })
    const { onEdit, onAsk } = draw(answer({ code: 'AMBIGUOUS', sentence: '有两种读法', query: undefined, understood: [], rows: [], columns: [], alternatives: [{ label: '人数', query: other }, { label: '甲区' }] }))
    expect(screen.getByText('有两种读法')).toBeTruthy()
    expect(screen.getByText(/请选一种/)).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: '人数' }))
    expect(onEdit).toHaveBeenCalledWith(other)
    fireEvent.click(screen.getByRole('button', { name: '甲区' }))
    expect(onAsk).toHaveBeenCalledWith('甲区')
    expect(screen.queryByLabelText('图形')).toBeNull()
  })

  it('says when a model read the question', () => {
    draw(answer({ by_model: true }))
    expect(screen.getByText('由模型读题，请核对')).toBeTruthy()
  })

  it('has no marks and links of its own where it stands in nobody\'s history', () => {
    draw(answer({ id: undefined }))
    expect(screen.queryByRole('button', { name: '复制链接' })).toBeNull()
    expect(screen.queryByRole('button', { name: '有用' })).toBeNull()
  })
})

describe('the box', () => {
  it('asks with Enter, begins a line with Shift and Enter, and never asks nothing', () => {
    const onAsk = vi.fn()
    const box = (value: string) => <QuestionBox value={value} busy={false} following={false} onChange={() => undefined} onAsk={onAsk} onNew={() => undefined} />
    const { rerender } = render(box('  '))
    fireEvent.keyDown(screen.getByLabelText('想问什么数字？'), { key: 'Enter' })
    expect(onAsk).not.toHaveBeenCalled()
    rerender(box(' 优良率 '))
    fireEvent.keyDown(screen.getByLabelText('想问什么数字？'), { key: 'Enter', shiftKey: true })
    expect(onAsk).not.toHaveBeenCalled()
    fireEvent.keyDown(screen.getByLabelText('想问什么数字？'), { key: 'Enter' })
    expect(onAsk).toHaveBeenCalledWith('优良率')
  })
})
