import type { LearningRecord } from '@/shared/api/types'
import { useLearningWords } from '@/shared/i18n/learning'
import { Tag } from '@/shared/ui/tag'

/** How it ended, as words with a colour. */
export function RecordTags({ record }: { record: LearningRecord }) {
  const w = useLearningWords()
  const { success, completion } = record.result
  if (!record.voided && success === undefined && !completion) return null
  return (
    <span className="bm-tags">
      {record.voided && <Tag tone="grey">{w('record.voided')}</Tag>}
      {success !== undefined && <Tag tone={success ? 'green' : 'amber'}>{w(success ? 'record.right' : 'record.wrong')}</Tag>}
      {completion && <Tag tone="blue">{w('record.finished')}</Tag>}
    </span>
  )
}
