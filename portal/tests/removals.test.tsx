import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Counted } from '@/features/learning/counted'
import { exportPath } from '@/features/learning/export-menu'
import { percentOf } from '@/features/learning/removals'
import type { LearningRemovalAnswer } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'
import words from '@/shared/i18n/learning-zh.json'

const counts = { n_statements: 0, n_redacted: 0, n_documents: 0, n_attachments: 0, n_actors: 0, n_accounts: 0, n_registrations: 0, n_rows: 0 }
const answer: LearningRemovalAnswer = {
  dry_run: true, expected: { ...counts, n_statements: 1234, n_accounts: 2 },
  parts: [{ org: { id: 'o1', title: '第一小学', kind: 'school' }, n_statements: 1234, oldest: '2024-05-01T00:00:00Z', newest: '2025-05-01T00:00:00Z' }],
}

class Observer { observe() {} unobserve() {} disconnect() {} }

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', Observer)
  return changeLanguage('zh')
})
afterEach(cleanup)

describe('removals', () => {
  it('says what would go, kind by kind and school by school, and nothing of what is none', () => {
    render(<Counted answer={answer} word="安安" label="删除" busy={false} error={null} onOrder={() => {}} />)
    expect(screen.getByRole('status').textContent).toBe('1,234 条记录，2 个账号')
    expect(screen.getByText('第一小学')).toBeTruthy()
    expect(screen.getByText('2024-05-01 – 2025-05-01')).toBeTruthy()
  })

  it('orders only with a reason and the name typed as it is', () => {
    const order = vi.fn()
    render(<Counted answer={answer} word="安安" label="删除" busy={false} error={null} onOrder={order} />)
    const button = screen.getByRole('button', { name: /删\s?除/ })
    const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } })
    const typed = words.keep.typed.replace('{{word}}', '安安')
    expect(button.hasAttribute('disabled')).toBe(true)
    type(typed, '安')
    type(words.keep.reason, '监护人申请')
    expect(button.hasAttribute('disabled')).toBe(true)
    type(typed, '安安')
    expect(button.hasAttribute('disabled')).toBe(false)
    fireEvent.click(button)
    expect(order).toHaveBeenCalledWith('监护人申请')
  })

  it('tells how far an order is, and never that it is done before it is', () => {
    expect(percentOf({ state: 'statements', n_expected: 100, counts: { ...counts, n_statements: 50 } })).toBe(45)
    expect(percentOf({ state: 'statements', n_expected: 100, counts: { ...counts, n_statements: 400 } })).toBe(90)
    expect(percentOf({ state: 'rows', n_expected: 0, counts })).toBe(95)
    expect(percentOf({ state: 'done', n_expected: 0, counts })).toBe(100)
  })

  it('exports what the stream asks for', () => {
    expect(exportPath({ q: '圆', limit: 50 }, 'parquet')).toBe('api/v1/learning/export?q=%E5%9C%86&format=parquet')
  })
})
