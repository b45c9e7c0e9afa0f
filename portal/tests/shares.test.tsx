// Shared data: days that are left, the command that reads, and what a card offers to whom.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { beforeEach, describe, expect, it } from 'vitest'
import { curlLine, daysLeft, type ShareView } from '@/features/shares/queries'
import { ShareCard } from '@/features/shares/share-card'
import type { Share } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'

const two = (zh: string) => ({ zh, en: zh })
const share: Share = {
  id: 's1', case: 'c1', number: 'DS2026-000001', flow: 'data_sharing', dataset: 'd', dataset_title: two('学校名录'), holder: { id: 'h', title: '第一小学', kind: 'school' }, org: { id: 'o', title: '市南区', kind: 'district' },
  fields: [{ id: 'name', type: 'text', title: two('名称') }], level: 'L2', way: 'api', state: 'living', purpose: '教研', until: new Date(Date.now() + 10.5 * 86_400_000).toISOString(), opened_at: '2026-11-01T00:00:00Z', n_reads: 0, n_rows: 0,
  can_manage_keys: true, sees_case: false,
}
const show = (one: Share, view: ShareView) =>
  render(<QueryClientProvider client={new QueryClient()}><MemoryRouter><ShareCard share={one} view={view} onEnded={() => undefined} /></MemoryRouter></QueryClientProvider>)

describe('shared data', () => {
  beforeEach(() => changeLanguage('zh'))

  it('counts whole days that are left, and none after the end', () => {
    const now = Date.parse('2026-11-22T00:00:00Z')
    expect([daysLeft('2026-11-24T12:00:00Z', now), daysLeft('2026-11-22T12:00:00Z', now), daysLeft('2026-11-01T00:00:00Z', now)]).toEqual([2, 0, 0])
  })

  it('gives the command that reads the first page, and asks for figures where figures are shared', () => {
    expect(curlLine('https://edu.example.cn/base/', share, 'k')).toBe("curl -H 'Authorization: Bearer k' 'https://edu.example.cn/base/api/v1/shared/s1/rows?limit=100'")
    expect(curlLine('https://edu.example.cn/', { ...share, way: 'figures' }, 'k')).toContain("/api/v1/shared/s1/figures'")
  })

  it('offers keys to the holder of an API, files to the holder of a file, and the end to whoever may end it', () => {
    const { unmount } = show(share, 'held')
    expect(screen.getByRole('button', { name: '密钥与调用方法' })).toBeTruthy()
    expect(screen.queryByRole('button', { name: /下载/ })).toBeNull()
    expect(screen.getByText(/还有 10 天/)).toBeTruthy()
    unmount()
    const file = show({ ...share, way: 'file' }, 'held')
    expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual(['下载 XLSX', '下载 CSV'])
    file.unmount()
    show({ ...share, end: { move: 'revoke', label: two('收回授权'), seq: 3, note_required: true } }, 'given')
    expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual(['结束共享：收回授权'])
    expect(screen.getByText('第一小学')).toBeTruthy()
  })
})
