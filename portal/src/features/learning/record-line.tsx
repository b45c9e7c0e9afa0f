import type { LearningRecord } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useLearningWords } from '@/shared/i18n/learning'
import { useTwo } from '@/shared/i18n/use-two'
import { RecordTags } from './record-tags'

const kLate_ms = 5 * 60_000

type Props = { record: LearningRecord; onOpen: (record: LearningRecord) => void; inDay?: boolean; plain?: boolean }

/** One record in a list: when, what, where it came from. It opens the whole. */
export function RecordLine({ record, onOpen, inDay, plain }: Props) {
  const w = useLearningWords()
  const two = useTwo()
  const late = Date.parse(record.stored) - Date.parse(record.at) > kLate_ms
  const from = [record.org?.title, record.class?.title, record.tool.title].filter(Boolean).join(' · ')
  return (
    <>
      <time dateTime={record.at}>{inDay ? formatTime(record.at).slice(11) : formatTime(record.at)}</time>
      <div className="bm-learning-said">
        <button type="button" className="bm-link" onClick={() => onOpen(record)}>{two(record.sentence)}</button> <RecordTags record={record} />
        <small>{plain ? record.tool.title : from}{late && !plain && ` · ${w('record.late', { at: formatTime(record.stored) })}`}</small>
      </div>
    </>
  )
}
