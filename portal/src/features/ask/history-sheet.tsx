// One's own questions: to ask again, to save, to end a link, to delete.
import { Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { AskedQuestion } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useAskWords } from '@/shared/i18n/ask'
import { Paged } from '@/shared/ui/paged'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Sheet } from '@/shared/ui/sheet'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { historyKey, useHistoryChange } from './queries'

type Props = { onOpen: (asked: AskedQuestion) => void; onClose: () => void }

export function HistorySheet({ onOpen, onClose }: Props) {
  const w = useAskWords()
  const { t } = useTranslation()
  const [saved, setSaved] = useState(false)
  const { change, remove, clear } = useHistoryChange()
  const line = (one: AskedQuestion) => (
    <li key={one.id} className="bm-ask-line">
      <button type="button" className="bm-link" onClick={() => onOpen(one)}>{one.question}</button>
      <small>
        {formatTime(one.at)} {one.code !== undefined && <Tag tone="grey">{w('history.refused')}</Tag>} {one.shared && <Tag tone="blue">{w('history.shared')}</Tag>} {one.rating !== '' && <Tag tone={one.rating === 'up' ? 'green' : 'amber'}>{w(`rate.${one.rating}`)}</Tag>}
      </small>
      <span className="bm-links">
        <Button size="small" aria-pressed={one.saved} onClick={() => change.mutate({ id: one.id, saved: !one.saved })}>{one.saved ? w('history.unsave') : w('keep.save')}</Button>
        {one.shared && <Button size="small" onClick={() => change.mutate({ id: one.id, shared: false })}>{w('keep.unshare')}</Button>}
        <Button size="small" danger loading={remove.isPending && remove.variables === one.id} aria-label={w('history.delete_one', { question: one.question })} onClick={() => remove.mutate(one.id)}>{w('history.delete')}</Button>
      </span>
    </li>
  )
  return (
    <Sheet title={w('history.title')} onClose={onClose}>
      <div className="bm-stack">
        <p className="bm-page-note">{w('history.note')}</p>
        <div className="bm-inline">
          <button type="button" className="bm-plain-button" aria-pressed={saved} onClick={() => setSaved(!saved)}>{w('history.only_saved')}</button>
          <Popconfirm title={w('history.clear_sure')} okText={w('history.clear')} cancelText={t('action.cancel')} onConfirm={() => clear.mutate()}><Button danger>{w('history.clear')}</Button></Popconfirm>
        </div>
        <ProblemNote error={change.error ?? remove.error ?? clear.error} />
        <Paged queryKey={[...historyKey, saved]} fetchPage={(after) => data(api.GET('/api/v1/ask/history', { params: { query: { saved, after } } }))} empty={<EmptyState title={w(saved ? 'history.none_saved' : 'history.none')} />}>
          {(items) => <ul className="bm-ask-lines">{items.map(line)}</ul>}
        </Paged>
      </div>
    </Sheet>
  )
}
