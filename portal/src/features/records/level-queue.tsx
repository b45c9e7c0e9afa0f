// Fields to be graded anew: lower levels that wait for somebody else's approval, and what was decided.
import '@/shared/i18n/records'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal, Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { LevelChange } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'
import { EmptyState } from '@/shared/ui/states'
import { LevelTag, Tag } from '@/shared/ui/tag'

const tones = { open: 'amber', applied: 'green', refused: 'red', withdrawn: 'grey' } as const
type Act = 'approve' | 'refuse'

function decide(act: Act, id: string, note: string): Promise<LevelChange> {
  const request = { params: { path: { id } }, body: { note } }
  return act === 'approve' ? data(api.POST('/api/v1/classification/changes/{id}/approve', request)) : data(api.POST('/api/v1/classification/changes/{id}/refuse', request))
}

function Step({ change }: { change: LevelChange }) {
  return <><LevelTag level={change.from} /> → <LevelTag level={change.to} /></>
}

function DecideDialog({ change, act, onClose }: { change: LevelChange; act: Act; onClose: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const [note, setNote] = useState('')
  const word = act === 'refuse' && change.own ? 'withdraw' : act
  const save = useMutation({
    mutationFn: () => decide(act, change.id, note.trim()),
    onSuccess: async () => {
      await cache.invalidateQueries()
      onClose()
    },
  })
  return (
    <Modal open title={t(`regrade.${word}_title`, { field: change.field_title })} onCancel={onClose} footer={null} destroyOnHidden>
      <form className="bm-form" onSubmit={(event) => { event.preventDefault(); save.mutate() }}>
        <p><Step change={change} /></p>
        <p>{t(`regrade.${word}_note`)}</p>
        <div><label htmlFor="regrade-note">{t('regrade.note')}{act === 'refuse' && <span className="bm-required" aria-hidden="true">*</span>}</label><Input.TextArea id="regrade-note" rows={3} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} /></div>
        <ProblemNote error={save.error} />
        <div className="bm-form-foot"><Button onClick={onClose}>{t('action.cancel')}</Button><Button type="primary" htmlType="submit" loading={save.isPending}>{t(`regrade.${word}`)}</Button></div>
      </form>
    </Modal>
  )
}

export function LevelQueue() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(true)
  const [acting, setActing] = useState<{ change: LevelChange; act: Act } | null>(null)
  const button = (change: LevelChange, act: Act, word: 'approve' | 'refuse' | 'withdraw') => (
    <Button size="small" aria-label={t('regrade.act_on', { act: t(`regrade.${word}`), field: change.field_title })} onClick={() => setActing({ change, act })}>{t(`regrade.${word}`)}</Button>
  )
  const columns: PlainColumn<LevelChange>[] = [
    { key: 'field', title: t('contract.field'), render: (change) => <>{change.dataset_title} · {change.field_title} <code>{change.field}</code></> },
    open
      ? { key: 'act', title: t('work.act'), render: (change) => <span className="bm-links">{change.own ? button(change, 'refuse', 'withdraw') : <>{button(change, 'approve', 'approve')}{button(change, 'refuse', 'refuse')}</>}</span> }
      : { key: 'state', title: t('work.state'), render: (change) => <><Tag tone={tones[change.state]}>{t(`regrade.state.${change.state}`)}</Tag>{change.decided_by && <> {change.decided_by} <small>{change.decided_at && formatTime(change.decided_at)}</small></>}{change.note && <p className="bm-say">{change.note}</p>}</> },
    { key: 'step', title: t('contract.level'), render: (change) => <Step change={change} /> },
    { key: 'reason', title: t('regrade.reason'), wide: true, render: (change) => change.reason },
    { key: 'by', title: t('regrade.by'), render: (change) => <>{change.by} <small>{formatTime(change.at)}</small></> },
  ]
  return (
    <section aria-label={t('regrade.queue')}>
      <h2>{t('regrade.queue')}</h2>
      <div className="bm-query"><Segmented value={open} onChange={setOpen} options={[{ value: true, label: t('regrade.waiting') }, { value: false, label: t('regrade.all') }]} /></div>
      <Paged
        key={String(open)} queryKey={['level-changes', open]}
        fetchPage={(after) => data(api.GET('/api/v1/classification/changes', { params: { query: { state: open ? 'open' : undefined, after } } }))}
        empty={<EmptyState title={t(open ? 'regrade.none_waiting' : 'regrade.none')} hint={t('regrade.none_hint')} />}
      >
        {(changes) => <PlainTable label={t('regrade.queue')} columns={columns} rows={changes} rowKey={(change) => change.id} />}
      </Paged>
      {acting && <DecideDialog {...acting} onClose={() => setActing(null)} />}
    </section>
  )
}
