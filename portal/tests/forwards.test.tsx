import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ForwardForm } from '@/features/learning/forward-form'
import ForwardsPage, { behindText } from '@/features/learning/forwards-page'
import type { Forward } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'
import { useLearningWords } from '@/shared/i18n/learning'
import words from '@/shared/i18n/learning-zh.json'

const forward: Forward = {
  id: 'f1', title: '省平台', endpoint: 'https://lrs.example.cn/xapi', version: '2.0.0', key: 'k', org: { id: 'o1', title: '演示市', kind: 'city' }, verbs: [], profiles: [], state: 'running',
  made_by: 'sysadmin', made_at: '2026-11-20T01:00:00Z', released_by: 'city', n_sent: 1234, n_refused: 0, n_behind: 0, behind_s: 0, n_failures: 0, can_change: false, can_release: false,
}

function show(items: Forward[], rights: string[]) {
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
  cache.setQueryData(['forwards'], { items })
  cache.setQueryData(['me'], { account: 'a', name: 'a', roles: [], held: [], rights })
  render(<QueryClientProvider client={cache}><MemoryRouter><ForwardsPage /></MemoryRouter></QueryClientProvider>)
}
const buttons = () => screen.getAllByRole('button').map((button) => button.textContent?.replace(/\s/g, ''))

class Observer { observe() {} unobserve() {} disconnect() {} }

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', Observer)
  return changeLanguage('zh')
})
afterEach(cleanup)

describe('forwards', () => {
  it('tells how far behind one is, in the largest unit that fits', () => {
    const seen: string[] = []
    function Texts() {
      const w = useLearningWords()
      for (const [n_behind, behind_s] of [[0, 0], [5, 90], [1200, 600], [100_000, 90_000]] as const) seen.push(behindText({ n_behind, behind_s }, w))
      return null
    }
    render(<Texts />)
    expect(seen).toEqual(['已全部送达', '落后 5 条，90 秒', '落后 1,200 条，10 分钟', '落后 100,000+ 条，25 小时'])
  })

  it('shows the officer what waits to be released and where it leads, and no way to change it', () => {
    show([{ ...forward, state: 'waiting', released_by: undefined, can_release: true }], ['xapi.keys', 'datasets.export'])
    expect(screen.getByText('https://lrs.example.cn/xapi')).toBeTruthy()
    expect(screen.getByText(words.forwards.state_waiting)).toBeTruthy()
    expect(buttons()).toEqual([words.forwards.release])
  })

  it('shows who runs the installation the error, the next try and the ways to mend it', () => {
    show([{ ...forward, error: { zh: 'HTTP 503 稍后', en: 'HTTP 503 later' }, next_try_at: '2026-11-22T01:00:00Z', n_failures: 3, n_refused: 2, can_change: true }], ['xapi.keys', 'packs.install'])
    expect(screen.getByText('HTTP 503 稍后')).toBeTruthy()
    expect(screen.getByText(/已失败 3 次/)).toBeTruthy()
    expect(screen.getByText(words.forwards.state_failing)).toBeTruthy()
    const { add, pause, try_now, see_refused, test, change, remove } = words.forwards
    expect(buttons()).toEqual([add, pause, try_now, see_refused, test, change, remove])
  })

  it('asks for the secret again once the address or the user name is another', () => {
    render(<QueryClientProvider client={new QueryClient()}><ForwardForm changing={forward} onClose={() => {}} /></QueryClientProvider>)
    const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label)
    const { endpoint, key, secret } = words.forwards
    expect(field(secret).required).toBe(false)
    for (const [label, other, before] of [[endpoint, 'https://elsewhere.example.cn/xapi', forward.endpoint], [key, 'k2', forward.key]] as const) {
      fireEvent.change(field(label), { target: { value: other } })
      expect(field(secret).required, label).toBe(true)
      fireEvent.change(field(label), { target: { value: before } })
      expect(field(secret).required, label).toBe(false)
    }
  })

  it('says what to do where there is none', () => {
    show([], ['xapi.keys'])
    expect(screen.getByText(words.forwards.none_hint)).toBeTruthy()
    expect(screen.queryByText(words.forwards.add)).toBeNull()
  })
})
