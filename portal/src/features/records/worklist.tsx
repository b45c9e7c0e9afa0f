// Bad rows as work: which school has how many, what was sent back and until when.
import '@/shared/i18n/records'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { WorkItem } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { dayFromNow } from '@/shared/format/times'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'

const tones = { open: 'amber', returned: 'blue', fixed: 'green' } as const
const termDays = 14
type Props = { dataset?: string; org?: string; state?: WorkItem['state']; onOpen: (item: WorkItem) => void }

function ReturnDialog({ item, onClose }: { item: WorkItem; onClose: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const [due, setDue] = useState(dayFromNow(termDays))
  const [note, setNote] = useState(item.returned?.note ?? '')
  const save = useMutation({
    mutationFn: () => data(api.POST('/api/v1/worklist/return', { body: { dataset: item.dataset, org: item.org?.id ?? '', due, note: note.trim() } })),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['worklist'] })
      onClose()
    },
  })
  return (
    <Modal open title={t('work.return_title', { org: item.org?.title ?? '' })} onCancel={onClose} footer={null} destroyOnHidden>
      <form className="bm-form" onSubmit={(event) => { event.preventDefault(); save.mutate() }}>
        <p>{t('work.return_note', { n: formatNumber(item.n_open + item.n_returned), dataset: item.title })}</p>
        <div><label htmlFor="return-due">{t('work.due')}</label><Input id="return-due" type="date" value={due} onChange={(event) => setDue(event.target.value)} /></div>
        <div><label htmlFor="return-note">{t('work.note')}</label><Input.TextArea id="return-note" rows={3} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} /></div>
        <ProblemNote error={save.error} />
        <div className="bm-form-foot"><Button onClick={onClose}>{t('action.cancel')}</Button><Button type="primary" htmlType="submit" loading={save.isPending}>{t('work.return')}</Button></div>
      </form>
    </Modal>
  )
}

export function Worklist({ dataset, org, state, onOpen }: Props) {
  const { t } = useTranslation()
  const [returning, setReturning] = useState<WorkItem | null>(null)
  const work = useQuery({ queryKey: ['worklist', dataset ?? '', org ?? '', state ?? ''], queryFn: () => data(api.GET('/api/v1/worklist', { params: { query: { dataset, org, state } } })) })
  const name = (act: string, item: WorkItem) => t('work.act_on', { act, org: item.org?.title ?? t('quality.no_org'), dataset: item.title })
  const columns: PlainColumn<WorkItem>[] = [
    { key: 'org', title: t('quality.org'), render: (item) => item.org?.title ?? t('quality.no_org') },
    { key: 'dataset', title: t('quality.dataset'), render: (item) => item.title },
    { key: 'state', title: t('work.state'), render: (item) => <><Tag tone={tones[item.state]}>{t(`work.${item.state}`)}</Tag>{item.returned?.overdue && <> <Tag tone="red">{t('work.overdue')}</Tag></>}</> },
    { key: 'open', title: t('work.n_open'), align: 'right', render: (item) => formatNumber(item.n_open) },
    { key: 'returned', title: t('work.n_returned'), align: 'right', render: (item) => formatNumber(item.n_returned) },
    { key: 'fixed', title: t('work.n_fixed'), align: 'right', render: (item) => formatNumber(item.n_fixed) },
    { key: 'due', title: t('work.due'), render: (item) => (item.returned && item.n_returned > 0 ? <span title={item.returned.note}>{item.returned.due}</span> : '') },
    {
      key: 'act', title: t('work.act'),
      render: (item) => (
        <span className="bm-links">
          {item.n_open + item.n_returned > 0 && <Button size="small" onClick={() => onOpen(item)} aria-label={name(t(item.can_fix ? 'work.fix' : 'work.see'), item)}>{t(item.can_fix ? 'work.fix' : 'work.see')}</Button>}
          {item.can_return && <Button size="small" onClick={() => setReturning(item)} aria-label={name(t('work.return'), item)}>{t('work.return')}</Button>}
        </span>
      ),
    },
  ]
  return (
    <>
      <QueryView query={work} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('work.none')} hint={t('work.none_hint')} />}>
        {(page) => <PlainTable label={t('work.title')} columns={columns} rows={page.items} rowKey={(item) => `${item.dataset} ${item.org?.id ?? ''}`} />}
      </QueryView>
      {returning && <ReturnDialog item={returning} onClose={() => setReturning(null)} />}
    </>
  )
}
