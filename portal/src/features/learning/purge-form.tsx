// Old learning records: counted by organisation, then ordered to go.
import { Button, Checkbox, Input } from 'antd'
import { useState } from 'react'
import { OrgInput } from '@/pack-ui/form/org-input'
import { useLearningWords } from '@/shared/i18n/learning'
import { useOrgTitle } from '@/shared/org-title'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Counted } from './counted'
import { usePurge } from './removals'

const empty = { org: '', before: '', verb: '', keep_figures: true }

export function PurgeForm() {
  const w = useLearningWords()
  const [draft, setDraft] = useState(empty)
  const { count, order, reset } = usePurge()
  const title = useOrgTitle(draft.org)
  const change = (part: Partial<typeof empty>) => {
    setDraft((before) => ({ ...before, ...part }))
    reset()
  }
  const { verb, ...rest } = draft
  const body = { ...rest, ...(verb.trim() === '' ? {} : { verb: verb.trim() }) }
  const asked = draft.org !== '' && draft.before !== ''
  return (
    <section className="bm-panel">
      <h2>{w('keep.purge_title')}</h2>
      <p>{w('keep.purge_note')}</p>
      <div className="bm-form">
        <div><label htmlFor="purge-org">{w('keep.purge_org')}</label><OrgInput id="purge-org" value={draft.org} disabled={order.isPending} onChange={(org) => change({ org })} /></div>
        <div><label htmlFor="purge-before">{w('keep.before')}</label><input id="purge-before" className="bm-select" type="date" value={draft.before} onChange={(event) => change({ before: event.target.value })} /></div>
        <div><label htmlFor="purge-verb">{w('keep.verb')}</label><Input id="purge-verb" maxLength={1000} autoComplete="off" value={draft.verb} onChange={(event) => change({ verb: event.target.value })} /></div>
        <Checkbox checked={draft.keep_figures} onChange={(event) => change({ keep_figures: event.target.checked })}>{w('keep.keep_figures')}</Checkbox>
        <ProblemNote error={count.error} />
        {!count.data && <div className="bm-form-foot"><Button disabled={!asked} loading={count.isPending} onClick={() => { order.reset(); count.mutate(body) }}>{w('keep.count')}</Button></div>}
      </div>
      {count.data && title !== undefined && <Counted answer={count.data} word={title} label={w('keep.purge_do')} busy={order.isPending} error={order.error} onOrder={(reason) => order.mutate({ ...body, reason })} />}
      {order.isSuccess && <p role="status">{w('keep.ordered')}</p>}
    </section>
  )
}
