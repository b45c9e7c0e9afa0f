import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import i18n from 'i18next'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { sightChanges } from '@/features/records/level-dialog'
import { PersonInput } from '@/pack-ui/form/person-input'
import { rowInput } from '@/pack-ui/form/values'
import { cellText, copyText } from '@/pack-ui/grid/cell'
import { blockText } from '@/pack-ui/grid/copy'
import { opsFor } from '@/pack-ui/grid/filters'
import { parseBlock } from '@/pack-ui/grid/paste'
import type { Classification, Field, Level, Row } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'
import zh from '@/shared/i18n/zh.json'

const base: Field = { id: 'who', title: '学生', title_en: 'Student', type: 'ref', required: true, level: 'L3', masked: false, computed: false, person: true }
const where: Field = { ...base, id: 'school', title: '学校', type: 'org', person: false }
const known: Row = { _key: 'k', _version: 2, who: 73, who_title: '王小明', who_code: 'G0001', school: 'u-1', school_title: '第一小学', school_code: '3702' }
const t = i18n.t.bind(i18n)

vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })
beforeEach(() => changeLanguage('zh'))

describe('a cell of a code', () => {
  it('is read in the language of its field, and as the row says where the list does not hold it', () => {
    const code: Field = { ...base, id: 'kind', type: 'code', person: false, codes: [{ code: 'lesson', title: 'Lesson', title_en: 'Lesson' }] }
    expect(cellText(code, { _key: 'k', _version: 1, kind: 'lesson', kind_title: '优质课' }, t)).toBe('Lesson')
    expect(cellText(code, { _key: 'k', _version: 1, kind: 'skill', kind_title: '技能大赛' }, t)).toBe('技能大赛')
  })
})

describe('a cell that names a person', () => {
  it('shows name and code, never the number that is stored', () => {
    expect(cellText(base, known, t)).toBe('王小明 G0001')
    expect(cellText(base, { ...known, who_title: null }, t)).toBe('G0001')
    expect(cellText(base, { _key: 'k', _version: 2, who: 73 }, t)).toBe(zh.value.hidden)
    expect(cellText(base, { _key: 'k', _version: 2, who: null }, t)).toBe('')
    expect(cellText({ ...base, masked: true }, { _key: 'k', _version: 2, who: '9f86d081' }, t)).toBe('9f86d081')
  })
  it('is copied as the code, and begins an input with it', () => {
    expect(copyText(base, known, t)).toBe('G0001')
    expect(copyText(where, known, t)).toBe('3702')
    expect(copyText(where, { ...known, school_code: null }, t)).toBe('第一小学')
    expect(rowInput(base, known)).toBe('G0001')
    expect(rowInput(where, known)).toBe('u-1')
  })
  it('copies a block that a paste reads back', () => {
    const text = blockText([{ row: 0, column: 0 }, { row: 0, column: 1 }, { row: 1, column: 0 }], [known, { ...known, who_code: 'a "b"\tc' }], [base, where], t)
    expect(parseBlock(text)).toEqual([['G0001', '3702'], ['a "b"\tc']])
  })
  it('is filtered by code, not by a part of it', () => {
    expect(opsFor(base)).toEqual(['eq', 'ne', 'null'])
  })
})

describe('the search for a person', () => {
  it('shows who is found and keeps the code of who is chosen', async () => {
    const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
    cache.setQueryData(['person-search', '李'], { items: [{ id: 'p', name: '李小红', code: 'G0002', roles: [], masked: false }] })
    const onChange = vi.fn()
    render(<QueryClientProvider client={cache}><PersonInput label="学生" value="G0001" title="王小明 G0001" disabled={false} onChange={onChange} /></QueryClientProvider>)
    expect(screen.getByText('王小明 G0001')).toBeTruthy()
    const box = screen.getByRole('combobox', { name: '学生' })
    fireEvent.mouseDown(box)
    fireEvent.change(box, { target: { value: '李' } })
    fireEvent.click(await screen.findByText('李小红 G0002'))
    expect(onChange.mock.calls[0]?.[0]).toBe('G0002')
  })
})

describe('another level for a field', () => {
  const role = (name: string, people: string[]): Classification['roles'][number] => ({ role: name, title: { zh: name, en: name }, organisations: people as never, people: people as never })
  const roles = [role('teacher', ['rows', 'rows', 'figures', 'none', 'none']), role('student', ['rows', 'rows', 'rows', 'rows', 'none'])]
  it('tells who would see rows and who would not any more', () => {
    const touched = (dataset_level: Level, level: Level, to: Level) => sightChanges(roles, { personal: true, level, dataset_level }, to).map((one) => one.role)
    expect(touched('L1', 'L2', 'L3')).toEqual(['teacher'])
    expect(touched('L1', 'L3', 'L4')).toEqual([])
    expect(touched('L1', 'L1', 'L5')).toEqual(['teacher', 'student'])
  })
  it('opens nothing to a role that gets no rows of the dataset', () => {
    expect(sightChanges(roles, { personal: true, level: 'L3', dataset_level: 'L3' }, 'L2')).toEqual([])
  })
})
