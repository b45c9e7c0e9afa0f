// One record whole: the sentence, its parts, who sent it, and the statement as it was stored, as far as the reader's level goes.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { LearningDetail } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { QueryView } from '@/shared/ui/query-view'
import { Sheet } from '@/shared/ui/sheet'
import { CopyButton } from '@/shared/ui/copy-button'
import { durationText } from './records'
import { RecordTags } from './record-tags'

export type RecordPlace = { id: string; org: string }

function useResult(record: LearningDetail): [string, string][] {
  const w = useLearningWords()
  const { scaled, raw, max, success, completion, duration, response } = record.result
  const rows: [string, string][] = []
  if (raw !== undefined) rows.push([w('record.score'), max === undefined ? formatNumber(raw) : w('record.score_of', { raw: formatNumber(raw), max: formatNumber(max) })])
  else if (scaled !== undefined) rows.push([w('record.score'), w('record.percent', { percent: formatNumber(scaled * 100) })])
  if (success !== undefined) rows.push([w('record.success'), w(success ? 'record.right' : 'record.wrong')])
  if (completion !== undefined) rows.push([w('record.completion'), w(completion ? 'record.finished' : 'record.unfinished')])
  if (duration !== undefined) rows.push([w('record.duration'), durationText(duration)])
  if (response !== undefined) rows.push([w('record.response'), response])
  return rows
}

function Facts({ record, plain }: { record: LearningDetail; plain?: boolean }) {
  const w = useLearningWords()
  const two = useTwo()
  const person = record.person?.id === undefined ? record.person?.name : <Link to={`/timeline?person=${record.person.id}`} title={w('record.more_of_person')}>{record.person.name}</Link>
  const group = record.class === undefined || plain ? record.class?.title : <Link to={`/timeline?class=${record.class.id}`} title={w('record.more_of_class')}>{record.class.title}</Link>
  const iri = (text: string) => (plain ? undefined : <> <small><code>{text}</code></small></>) // a family has no use for it
  const rows: [string, ReactNode][] = [
    [w('record.at'), formatTime(record.at)], [w('record.stored'), formatTime(record.stored)], [w('record.person'), person ?? w('record.unknown_person')],
    [w('record.org'), record.org?.title], [w('record.class'), group], [w('record.object'), <>{two(record.object.title)}{iri(record.object.id)}</>],
    [w('record.type'), record.object.type && iri(record.object.type)], [w('record.verb'), <>{two(record.verb.title)}{iri(record.verb.id)}</>],
    ...useResult(record), [w('record.tool'), [record.tool.title, record.tool.org?.title].filter(Boolean).join(' · ')], [w('record.platform'), record.platform],
    [w('record.key'), record.tool.key && <code>{record.tool.key}</code>], [w('record.actor'), record.actor && <code>{record.actor}</code>], [w('record.registration'), record.registration && <code>{record.registration}</code>],
  ]
  return (
    <dl className="bm-facts bm-facts-wide">
      {rows.filter(([, value]) => value !== undefined && value !== '').map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  )
}

export function RecordSheet({ place, plain, onClose }: { place: RecordPlace; plain?: boolean; onClose: () => void }) {
  const w = useLearningWords()
  const two = useTwo()
  const query = { org: place.org || undefined }
  const record = useQuery({ queryKey: ['learning-record', place.id, place.org], queryFn: () => data(api.GET('/api/v1/learning/statements/{id}', { params: { path: { id: place.id }, query } })) })
  return (
    <Sheet title={w('record.title')} onClose={onClose}>
      <QueryView query={record}>
        {(one) => {
          const json = one.statement === undefined ? undefined : JSON.stringify(one.statement, null, 2)
          return (
            <>
              <p className="bm-learning-sentence">{two(one.sentence)} <RecordTags record={one} /></p>
              <Facts record={one} plain={plain} />
              {one.masked && !plain && <p className="bm-foot">{w('record.masked')}</p>}
              {json !== undefined && (
                <details className="bm-details">
                  <summary>{w('record.json')}</summary>
                  <p><CopyButton text={json} label={w('record.copy')} done={w('record.copied')} /></p>
                  <pre className="bm-learning-json" tabIndex={0} role="region" aria-label={w('record.json')}>{json}</pre>
                </details>
              )}
            </>
          )
        }}
      </QueryView>
    </Sheet>
  )
}
