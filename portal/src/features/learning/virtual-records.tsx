// The stream: only the lines that are seen are drawn; older pages are fetched as the end comes near.
import { useVirtualizer } from '@tanstack/react-virtual'
import { Button } from 'antd'
import { useEffect, useRef } from 'react'
import type { LearningRecord } from '@/shared/api/types'
import { useLearningWords } from '@/shared/i18n/learning'
import { RecordLine } from './record-line'
import { keyOf } from './records'

const lineHeight_px = 62
type Props = { records: LearningRecord[]; more: boolean; busy: boolean; lastWasEmpty: boolean; onMore: () => void; onOpen: (record: LearningRecord) => void }

export function VirtualRecords({ records, more, busy, lastWasEmpty, onMore, onOpen }: Props) {
  const w = useLearningWords()
  const frame = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: records.length, getScrollElement: () => frame.current, estimateSize: () => lineHeight_px, overscan: 10 })
  const lines = virtual.getVirtualItems()
  const last = lines[lines.length - 1]?.index ?? 0
  useEffect(() => {
    if (more && !busy && !lastWasEmpty && last >= records.length - 10) onMore()
  }, [busy, last, lastWasEmpty, more, onMore, records.length])
  return (
    <>
      <div ref={frame} className="bm-learning-frame" tabIndex={0} role="region" aria-label={w('stream.list')}>
        <ol className="bm-learning-lines" style={{ height: virtual.getTotalSize() }}>
          {lines.map((line) => {
            const record = records[line.index]
            return record && (
              <li key={keyOf(record)} ref={virtual.measureElement} data-index={line.index} style={{ transform: `translateY(${line.start}px)` }}>
                <RecordLine record={record} onOpen={onOpen} />
              </li>
            )
          })}
        </ol>
      </div>
      <div className="bm-more">
        <span>{more ? w('stream.looked') : w('stream.end', { n: records.length })}</span>
        {more && <Button loading={busy} onClick={onMore}>{w('stream.more')}</Button>}
      </div>
    </>
  )
}
