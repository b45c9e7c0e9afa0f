// Records by the day on which they happened: the plain form of a time-line, for a family, a person, a class.
import type { LearningRecord } from '@/shared/api/types'
import { formatDate } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { RecordLine } from './record-line'
import { keyOf } from './records'

/** Days and the records of each, newest first by when they happened: a tool that was offline sends late. */
export function byDay(records: LearningRecord[]): [string, LearningRecord[]][] {
  const days = new Map<string, LearningRecord[]>()
  for (const record of [...records].sort((a, b) => b.at.localeCompare(a.at))) {
    const day = formatDate(record.at)
    days.set(day, [...(days.get(day) ?? []), record])
  }
  return [...days]
}

export function DayList({ records, plain, onOpen }: { records: LearningRecord[]; plain?: boolean; onOpen: (record: LearningRecord) => void }) {
  const w = useLearningWords()
  return (
    <>
      {byDay(records).map(([day, items]) => (
        <section key={day} className="bm-panel bm-learning-day" aria-labelledby={`day-${day}`}>
          <h2 id={`day-${day}`}>{w('timeline.day', { day, n: items.length })}</h2>
          <ol>{items.map((record) => <li key={keyOf(record)}><RecordLine record={record} onOpen={onOpen} inDay plain={plain} /></li>)}</ol>
        </section>
      ))}
    </>
  )
}
