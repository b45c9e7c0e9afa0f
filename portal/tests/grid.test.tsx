import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { CellEdits } from '@/pack-ui/grid/cell-edits'
import { parseBlock, planPaste } from '@/pack-ui/grid/paste'
import { RecordGrid, type Editing } from '@/pack-ui/grid/record-grid'
import { RowSource, type RowPage } from '@/pack-ui/grid/row-source'
import { layout } from '@/features/records/lineage-layout'
import { freshnessOf } from '@/features/records/freshness'
import { isClear } from '@/features/records/import-file'
import type { Field, Row } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'

const field = (id: string, more: Partial<Field> = {}): Field => ({ id, title: `标题${id}`, title_en: `Title ${id}`, type: 'text', required: false, level: 'L1', masked: false, computed: false, person: false, ...more })
const fields = [field('code', { required: true }), field('grade', { type: 'int', min: 1, max: 9 }), field('sex', { type: 'code', codes: [{ code: '1', title: '男', title_en: 'Male' }, { code: '2', title: '女', title_en: 'Female' }] }), field('sum', { computed: true })]
const row = (n: number): Row => ({ _key: `k${n}`, _version: 2, code: `C${n}`, grade: 3, sex: '1', sex_title: '男', sum: null })
const page = (from: number, n: number, next?: string): RowPage => ({ items: Array.from({ length: n }, (_, i) => row(from + i)), next })

beforeAll(() => {
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 400 })
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 800 })
  Element.prototype.scrollTo = () => undefined
})
beforeEach(async () => {
  sessionStorage.clear()
  await changeLanguage('zh')
})

async function open(n = 30) {
  return RowSource.open(() => Promise.resolve(page(0, n)))
}
function show(source: RowSource, editing?: Partial<Editing>) {
  const full: Editing | undefined = editing && { edits: new CellEdits('t'), grain: ['code'], onKeep: vi.fn(), onPaste: vi.fn(), onUndo: vi.fn(), ...editing }
  const onOpen = vi.fn()
  render(<RecordGrid label="表" fields={fields} source={source} busy={false} order="" filters={[]} editing={full} onOrder={vi.fn()} onFilter={vi.fn()} onOpen={onOpen} />)
  return { editing: full, onOpen }
}

describe('the grid', () => {
  it('draws only a part of many rows and opens one on a press', async () => {
    const { onOpen } = show(await open(5000))
    expect(screen.getAllByRole('row').length).toBeLessThan(60)
    fireEvent.click(screen.getByRole('button', { name: 'C2' }))
    expect(onOpen).toHaveBeenCalledWith(expect.objectContaining({ _key: 'k2' }))
  })

  it('fetches pages in the background up to some thousands ahead, and no further', async () => {
    const fetchPage = vi.fn((after: string | undefined) => Promise.resolve(page(Number(after ?? 0), 1000, String(Number(after ?? 0) + 1000))))
    const source = await RowSource.open(fetchPage)
    const stop = source.subscribe(() => undefined)
    await waitFor(() => expect(source.rows.length).toBe(8000))
    source.want(3000)
    await waitFor(() => expect(source.rows.length).toBe(11000))
    expect(fetchPage).toHaveBeenCalledTimes(11)
    stop()
  })

  it('keeps a failed page to be tried again', async () => {
    let fails = true
    const source = await RowSource.open((after) => (after !== undefined && fails ? Promise.reject(new Error('lost')) : Promise.resolve(page(after === undefined ? 0 : 1, 1, after === undefined ? '1' : undefined))))
    source.subscribe(() => undefined)
    await waitFor(() => expect(source.error).toBeInstanceOf(Error))
    fails = false
    source.retry()
    await waitFor(() => expect(source.rows.length).toBe(2))
    expect(source.more).toBe(false)
  })

  it('opens a cell with Enter, keeps what is typed, and goes down', async () => {
    const { editing } = show(await open(), {})
    const cell = screen.getByRole('grid').querySelector<HTMLElement>('[data-cell="0.1"]')
    fireEvent.click(cell as HTMLElement)
    fireEvent.keyDown(screen.getByRole('grid').querySelector('[data-cell="0.1"]') as HTMLElement, { key: 'Enter' })
    const input = screen.getByRole('textbox', { name: '标题grade' })
    fireEvent.change(input, { target: { value: '4' } })
    fireEvent.keyDown(input, { key: 'Enter' })
    expect(editing?.onKeep).toHaveBeenCalledWith(expect.objectContaining({ _key: 'k0' }), fields[1], '4')
    expect(screen.getByRole('grid').querySelector('[data-cell="1.1"]')?.className).toContain('bm-cell-active')
  })

  it('does not open cells of the key or computed ones; the row opens instead', async () => {
    const { onOpen } = show(await open(), {})
    fireEvent.doubleClick(screen.getByRole('grid').querySelector('[data-cell="0.3"]') as HTMLElement)
    expect(screen.queryByRole('textbox')).toBeNull()
    expect(onOpen).toHaveBeenCalled()
  })

  it('says the state of a cell in words, and why it was refused', async () => {
    const edits = new CellEdits('t2')
    show(await open(), { edits })
    act(() => edits.set('k1', 'grade', { state: 'refused', text: '99', sentence: '“年级”应在 1 到 9 之间' }))
    const cell = screen.getByRole('grid').querySelector('[data-cell="1.1"]')
    expect(cell?.getAttribute('aria-invalid')).toBe('true')
    expect(cell?.textContent).toContain('99')
    expect(cell?.textContent).toContain('“年级”应在 1 到 9 之间')
  })

  it('hands a pasted block over with the cell where it begins', async () => {
    const { editing } = show(await open(), {})
    const cell = screen.getByRole('grid').querySelector('[data-cell="2.1"]') as HTMLElement
    fireEvent.click(cell)
    fireEvent.paste(cell, { clipboardData: { getData: () => '4\t女' } })
    expect(editing?.onPaste).toHaveBeenCalledWith('4\t女', expect.objectContaining({ row: 2, column: 1 }))
  })
})

describe('edits of cells', () => {
  it('survive a reload until the server has them', () => {
    const edits = new CellEdits('d')
    edits.set('k', 'a', { state: 'saving', text: '1' })
    edits.set('k', 'b', { state: 'saved', text: '2' })
    const again = new CellEdits('d')
    expect(again.of('k')).toEqual({ a: { state: 'edited', text: '1' } })
    edits.set('k', 'a', null)
    expect(new CellEdits('d').waiting).toEqual([])
  })
})

describe('a pasted block', () => {
  it('is read as spreadsheets write it', () => {
    expect(parseBlock('a\tb\r\n"x ""y""\nz"\t\r\n')).toEqual([['a', 'b'], ['x "y"\nz', '']])
    expect(parseBlock('')).toEqual([])
  })
  const where = { fields, all: fields, grain: ['code'], rows: [row(0), row(1)], anchor: { row: 0, column: 1 } }
  it('covers cells from the anchor on, with the versions that it starts from', () => {
    const plan = planPaste('4\t女\n5\t', where)
    expect(plan.problem).toBeUndefined()
    expect(plan.changes).toEqual([{ key: 'k0', version: 2, values: { grade: '4', sex: '女' } }, { key: 'k1', version: 2, values: { grade: '5', sex: null } }])
  })
  it('makes or changes whole rows when the first line names fields', () => {
    const plan = planPaste('标题code\t标题grade\nC9\t2', where)
    expect(plan.changes).toEqual([{ values: { code: 'C9', grade: '2' } }])
  })
  it('is refused where it does not fit', () => {
    expect(planPaste('1\t1\t1\t1', where).problem).toBe('too_wide')
    expect(planPaste('1\n2\n3', where).problem).toBe('too_wide')
    expect(planPaste('C9', { ...where, anchor: { row: 0, column: 0 } }).problem).toBe('fixed')
    expect(planPaste('标题grade\n2', where).problem).toBe('no_key')
    expect(planPaste(' ', where).problem).toBe('empty')
    expect(planPaste(Array.from({ length: 5001 }, () => '1').join('\n'), where).problem).toBe('too_many')
  })
})

describe('what the pages reckon', () => {
  it('lineage stands in columns from the figure to the file', () => {
    const node = (id: string, kind: 'metric' | 'dataset' | 'file') => ({ id, kind, ref: id, title: id, title_en: id })
    const { placed, links } = layout({ nodes: [node('m', 'metric'), node('d', 'dataset'), node('s', 'dataset'), node('f', 'file')], edges: [{ from: 'm', to: 'd' }, { from: 'd', to: 's' }, { from: 'm', to: 's' }, { from: 's', to: 'f' }], cut: false })
    const x = placed.map((one) => one.x)
    expect(x).toEqual([...x].sort((a, b) => a - b))
    expect(new Set(x).size).toBe(4)
    expect(links.length).toBe(4)
  })
  it('freshness follows the date by which a year is reported', () => {
    const now = new Date('2026-11-21T00:00:00')
    expect(freshnessOf({ kind: 'derived', updated_at: undefined }, now)).toBeNull()
    expect(freshnessOf({ kind: 'entry' }, now)).toBe('never')
    expect(freshnessOf({ kind: 'entry', updated_at: '2026-11-10T00:00:00Z', due: '10-31' }, now)).toBe('fresh')
    expect(freshnessOf({ kind: 'entry', updated_at: '2024-11-10T00:00:00Z', due: '10-31' }, now)).toBe('stale')
    expect(freshnessOf({ kind: 'entry', updated_at: '2026-06-01T00:00:00Z' }, now)).toBe('ageing')
  })
  it('headings are clear when all are known, once, and none is missing', () => {
    const column = (title: string, by: 'title' | '', name?: string) => ({ title, by, field: name })
    expect(isClear({ line: 1, missing: [], samples: [], columns: [column('a', 'title', 'a')] })).toBe(true)
    expect(isClear({ line: 1, missing: ['b'], samples: [], columns: [column('a', 'title', 'a')] })).toBe(false)
    expect(isClear({ line: 1, missing: [], samples: [], columns: [column('a', '')] })).toBe(false)
    expect(isClear({ line: 1, missing: [], samples: [], columns: [column('a', 'title', 'a'), column('b', 'title', 'a')] })).toBe(false)
  })
})
