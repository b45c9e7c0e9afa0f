// The access that a case has opened: what, of whom, until when, and whether it is read. A grant from before the service opened any says so.
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Share } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatDate, formatTime } from '@/shared/format/times'
import { useShareWords } from '@/shared/i18n/shares'
import { useTwo } from '@/shared/i18n/use-two'
import { useRight } from '@/shared/session/use-me'
import { ProblemNote } from '@/shared/ui/problem-note'
import { LevelTag, Tag } from '@/shared/ui/tag'

const tones = { living: 'green', expired: 'amber', ended: 'grey' } as const

function Opened({ share }: { share: Share }) {
  const w = useShareWords()
  const two = useTwo()
  const last = formatDate(new Date(Date.parse(share.until) - 1).toISOString())
  const facts: [string, string][] = [
    [w('fields'), share.fields.map((field) => two(field.title)).join('、')],
    [w('org'), share.org?.title ?? ''],
    [w('holder'), share.holder?.title ?? ''],
    [w('way_title'), w(`way.${share.way}`)],
    [w('until'), last],
    [w('use'), share.last_read_at === undefined ? w('never') : w('used', { at: formatTime(share.last_read_at), reads: formatNumber(share.n_reads), rows: formatNumber(share.n_rows) })],
    ...(share.ended_at === undefined ? [] : [[w('ended_at'), formatTime(share.ended_at)] as [string, string]]),
  ]
  return (
    <li>
      <p className="bm-tags"><strong>{two(share.dataset_title)}</strong> <Tag tone={tones[share.state]}>{w(`state.${share.state}`)}</Tag> <LevelTag level={share.level} /></p>
      <dl className="bm-facts bm-facts-wide">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </li>
  )
}

export function CaseSharesPanel({ id, seq }: { id: string; seq: number }) {
  const w = useShareWords()
  const uses = useRight('datasets.export')
  const found = useQuery({ queryKey: ['case-shares', id, seq], queryFn: () => data(api.GET('/api/v1/cases/{case}/shares', { params: { path: { case: id } } })), placeholderData: (old) => old })
  if (found.data === undefined && found.error !== null)
    return (
      <section className="bm-panel" aria-labelledby="case-shares">
        <h2 id="case-shares">{w('case_title')}</h2>
        <ProblemNote error={found.error} />
      </section>
    )
  if (found.data === undefined || (found.data.items.length === 0 && found.data.n_without === 0)) return null
  const { items, n_without } = found.data
  return (
    <section className="bm-panel" aria-labelledby="case-shares">
      <h2 id="case-shares">{w('case_title')}</h2>
      {n_without > 0 && <p className="bm-note-warn">{w('case_without')}</p>}
      <ul className="bm-files">{items.map((share) => <Opened key={share.id} share={share} />)}</ul>
      {uses && items.some((share) => share.state === 'living') && <p className="bm-foot"><Link to="/shares">{w('case_link')}</Link></p>}
    </section>
  )
}
