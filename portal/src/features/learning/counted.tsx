// What an order would take, before it is given; and the fields in which it is meant: a reason, and a word typed by hand.
import { Button, Input } from 'antd'
import { useState, type FormEvent } from 'react'
import type { LearningRemovalAnswer } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatDate } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'

type Part = LearningRemovalAnswer['parts'][number]
const kinds = ['n_statements', 'n_redacted', 'n_documents', 'n_actors', 'n_accounts', 'n_registrations'] as const

function Parts({ parts }: { parts: Part[] }) {
  const w = useLearningWords()
  const day = (at?: string) => (at === undefined ? '' : formatDate(at))
  const columns: PlainColumn<Part>[] = [
    { key: 'org', title: w('keep.org'), wide: true, render: (part) => part.org?.title ?? '' },
    { key: 'n', title: w('keep.n_statements'), align: 'right', render: (part) => formatNumber(part.n_statements) },
    ...(parts.some((part) => part.oldest !== undefined) ? [{ key: 'times', title: w('keep.times'), render: (part: Part) => `${day(part.oldest)} – ${day(part.newest)}` }] : []),
  ]
  return <PlainTable label={w('keep.by_org')} columns={columns} rows={parts} rowKey={(part) => part.org?.id ?? ''} />
}

/** `word` must be typed as it stands before the order is given. */
export function Counted({ answer, word, label, busy, error, onOrder }: { answer: LearningRemovalAnswer; word: string; label: string; busy: boolean; error: unknown; onOrder: (reason: string) => void }) {
  const w = useLearningWords()
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const expected = answer.expected
  if (expected === undefined) return null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onOrder(reason)
  }
  return (
    <form className="bm-form" onSubmit={submit}>
      <p role="status">{kinds.filter((kind) => expected[kind] > 0).map((kind) => w(`keep.${kind}_is`, { n: formatNumber(expected[kind]) })).join(w('keep.comma')) || w('keep.nothing')}</p>
      {answer.parts.length > 0 && <Parts parts={answer.parts} />}
      <div><label htmlFor="keep-reason">{w('keep.reason')}</label><Input.TextArea id="keep-reason" rows={2} required minLength={4} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} /></div>
      <div><label htmlFor="keep-typed">{w('keep.typed', { word })}</label><Input id="keep-typed" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} /></div>
      <ProblemNote error={error} />
      <div className="bm-form-foot"><Button danger type="primary" htmlType="submit" loading={busy} disabled={typed.trim() !== word || reason.trim().length < 4}>{label}</Button></div>
    </form>
  )
}
