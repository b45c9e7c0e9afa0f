// One share: what may be read, of whom, how, until when and for what; and what its reader can do with it.
import { Button } from 'antd'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import type { Share } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatDate, formatTime } from '@/shared/format/times'
import { useShareWords } from '@/shared/i18n/shares'
import { useTwo } from '@/shared/i18n/use-two'
import { DownloadButton } from '@/shared/ui/download-button'
import { LevelTag, Tag } from '@/shared/ui/tag'
import { daysLeft, type ShareView } from './queries'
import { ShareEnd } from './share-end'
import { ShareKeys } from './share-keys'

const tones = { living: 'green', expired: 'amber', ended: 'grey' } as const
const formats = ['xlsx', 'csv'] as const

function useFacts(share: Share, view: ShareView): [string, ReactNode][] {
  const w = useShareWords()
  const two = useTwo()
  const last = formatDate(new Date(Date.parse(share.until) - 1).toISOString())
  const until = share.state === 'living' ? w('until_days', { day: last, n: daysLeft(share.until, Date.now()) }) : share.state === 'expired' ? w('until_over', { day: last }) : last
  return [
    ...(view === 'given' ? [[w('holder'), share.holder?.title ?? ''] as [string, ReactNode]] : []),
    [w('fields'), share.fields.map((field) => two(field.title)).join('、')],
    [w('org'), share.org?.title ?? ''],
    [w('way_title'), w(`way.${share.way}`)],
    [w('purpose'), share.purpose],
    [w('until'), until],
    ...(share.ended_at === undefined ? [] : [[w('ended_at'), formatTime(share.ended_at)] as [string, ReactNode]]),
    [w('use'), share.last_read_at === undefined ? w('never') : w('used', { at: formatTime(share.last_read_at), reads: formatNumber(share.n_reads), rows: formatNumber(share.n_rows) })],
    [w('case'), share.sees_case ? <Link to={`/case?id=${share.case}`}>{share.number}</Link> : share.number],
  ]
}

/** What can be done with it, for its holder and for who answers for the data. */
function Acts({ share, view, onEnded }: { share: Share; view: ShareView; onEnded: () => void }) {
  const w = useShareWords()
  const two = useTwo()
  const [open, setOpen] = useState<'keys' | 'end' | null>(null)
  const close = () => setOpen(null)
  const living = share.state === 'living'
  return (
    <div className="bm-share-acts">
      {view === 'held' && share.way !== 'file' && <Button type={living ? 'primary' : 'default'} onClick={() => setOpen('keys')}>{w('keys')}</Button>}
      {view === 'held' && living && share.way === 'file' && formats.map((format) => <DownloadButton key={format} path={`api/v1/shares/${share.id}/file?format=${format}`} name={`${two(share.dataset_title)}.${format}`}>{w('download', { format: format.toUpperCase() })}</DownloadButton>)}
      {share.end && <Button danger onClick={() => setOpen('end')}>{w('end', { move: two(share.end.label) })}</Button>}
      {open === 'keys' && <ShareKeys share={share} onClose={close} />}
      {open === 'end' && share.end && <ShareEnd share={share} end={share.end} onClose={close} onDone={() => { close(); onEnded() }} />}
    </div>
  )
}

export function ShareCard({ share, view, onEnded }: { share: Share; view: ShareView; onEnded: () => void }) {
  const w = useShareWords()
  const two = useTwo()
  const facts = useFacts(share, view)
  return (
    <section className="bm-panel" aria-labelledby={`share-${share.id}`}>
      <h2 id={`share-${share.id}`} className="bm-tags">{two(share.dataset_title)} <Tag tone={tones[share.state]}>{w(`state.${share.state}`)}</Tag> <LevelTag level={share.level} /></h2>
      <dl className="bm-facts bm-facts-wide">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <Acts share={share} view={view} onEnded={onEnded} />
    </section>
  )
}
