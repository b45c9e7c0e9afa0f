import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { byDay, DayList } from '@/features/learning/day-list'
import { RecordLine } from '@/features/learning/record-line'
import { RecordSheet } from '@/features/learning/record-sheet'
import { durationText, filterOf } from '@/features/learning/records'
import { ToolSecret } from '@/features/learning/tool-secret'
import { errorRate } from '@/features/learning/tools-page'
import type { LearningDetail, LearningRecord } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'
import words from '@/shared/i18n/learning-zh.json'

const two = (zh: string, en: string) => ({ zh, en })
const record: LearningRecord = {
  id: 'r1', at: '2026-11-20T01:00:00Z', stored: '2026-11-22T01:00:00Z', sentence: two('李雷 完成了“光的折射”。', 'Li Lei completed “Refraction”.'), person: { id: 'p1', name: '李雷' },
  org: { id: 'o1', title: '第一小学', kind: 'school' }, class: { id: 'c1', title: '一班', kind: 'class' }, verb: { id: 'http://v.cn/did', title: two('完成了', 'completed') },
  object: { kind: 'activity', id: 'http://o.cn/1', title: two('光的折射', 'Refraction'), type: 'http://t.cn/lesson' }, result: { success: false, completion: true, raw: 85, max: 100, duration: 'PT12M30S' },
  tool: { title: '课堂', org: { id: 'o1', title: '第一小学', kind: 'school' } }, voided: false, masked: false,
}
const whole: LearningDetail = { ...record, actor: 'account https://tool.cn li', statement: { id: 'r1', verb: 'x' } }

function Frame({ detail, children }: { detail?: LearningDetail; children: ReactNode }) {
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  if (detail) cache.setQueryData(['learning-record', detail.id, ''], detail)
  return <QueryClientProvider client={cache}><MemoryRouter>{children}</MemoryRouter></QueryClientProvider>
}
HTMLDialogElement.prototype.showModal = vi.fn()
HTMLDialogElement.prototype.close = vi.fn()

beforeEach(() => changeLanguage('zh'))
afterEach(cleanup)

describe('learning records', () => {
  it('reads the question from the address and leaves the rest of it alone', () => {
    expect(filterOf(new URLSearchParams('q=%E5%85%89&result=passed&record=r1&from='))).toEqual({ q: '光', result: 'passed' })
  })

  it('writes times as a clock does, and what is none as it stands', () => {
    expect([durationText('PT12M30S'), durationText('PT1H2.6S'), durationText('PT0S'), durationText('P1Y')]).toEqual(['0:12:30', '1:00:03', '0:00:00', 'P1Y'])
  })

  it('tells the errors among the requests of a day, and nothing where there were none', () => {
    expect([errorRate({ n_requests: 0, n_errors: 0 }), errorRate({ n_requests: 3, n_errors: 1 })]).toEqual(['', '33.3%'])
  })

  it('puts records under the day on which they happened, newest day first', () => {
    const late = { ...record, id: 'r2', at: '2026-11-21T01:00:00Z' }
    expect(byDay([record, late, { ...record, id: 'r3', at: '2026-11-20T00:30:00Z' }]).map(([day, items]) => [day, items.map((one) => one.id)])).toEqual([['2026-11-21', ['r2']], ['2026-11-20', ['r1', 'r3']]])
    render(<DayList records={[record, late]} onOpen={() => undefined} />)
    expect(screen.getAllByRole('heading').map((heading) => heading.textContent)).toEqual(['2026-11-21（1 条）', '2026-11-20（1 条）'])
  })

  it('says when a record came late, where it came from, and opens', () => {
    const onOpen = vi.fn()
    render(<RecordLine record={record} onOpen={onOpen} />)
    expect(screen.getByText(/第一小学 · 一班 · 课堂 · .* 收到/)).toBeTruthy()
    expect(screen.getByText(words.record.wrong)).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: '李雷 完成了“光的折射”。' }))
    expect(onOpen.mock.calls[0]?.[0].id).toBe('r1')
  })

  it('is plain for a family: no school, no lateness', () => {
    render(<RecordLine record={record} onOpen={() => undefined} plain />)
    expect(screen.queryByText(/第一小学|收到/)).toBeNull()
  })

  it('speaks English where the reader does', async () => {
    await changeLanguage('en')
    render(<RecordLine record={record} onOpen={() => undefined} />)
    expect(screen.getByRole('button', { name: 'Li Lei completed “Refraction”.' })).toBeTruthy()
    expect(screen.getByText('Not successful')).toBeTruthy()
  })

  it('opens to its parts and the statement', async () => {
    render(<Frame detail={whole}><RecordSheet place={{ id: 'r1', org: '' }} onClose={() => undefined} /></Frame>)
    expect(await screen.findByText('85 / 100')).toBeTruthy()
    expect(screen.getByText('0:12:30')).toBeTruthy()
    expect(screen.getByRole('link', { name: '李雷', hidden: true }).getAttribute('href')).toBe('/timeline?person=p1')
    expect(document.querySelector('.bm-learning-json')?.textContent).toContain('"verb": "x"')
  })

  it('shows a family no identifiers', async () => {
    render(<Frame detail={whole}><RecordSheet place={{ id: 'r1', org: '' }} plain onClose={() => undefined} /></Frame>)
    expect(await screen.findByText('85 / 100')).toBeTruthy()
    expect(document.querySelector('dl')?.textContent).not.toContain('http://')
    expect(screen.queryByText(words.record.type)).toBeNull()
  })

  it('says what is above the reader\'s level, and does not show it', async () => {
    const { actor: _actor, statement: _statement, ...parts } = whole
    render(<Frame detail={{ ...parts, masked: true }}><RecordSheet place={{ id: 'r1', org: '' }} onClose={() => undefined} /></Frame>)
    expect(await screen.findByText(words.record.masked)).toBeTruthy()
    expect(document.querySelector('.bm-learning-json')).toBeNull()
  })
})

describe('a new key', () => {
  it('shows address, name and secret, to be copied', () => {
    render(<ToolSecret made={{ key: 'bmk_1', secret: 's3cret' }} />)
    expect([...document.querySelectorAll('code')].map((code) => code.textContent)).toEqual(['http://127.0.0.1/xapi/', 'bmk_1', 's3cret'])
    expect(screen.getByText(words.tools.once)).toBeTruthy()
  })
})
