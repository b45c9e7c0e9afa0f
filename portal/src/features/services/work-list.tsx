// Lines of the work-list: a table on a desk, cards on a phone. Only those that are seen are drawn. Arrows go from line to line, Enter opens, Space chooses.
import { useVirtualizer } from '@tanstack/react-virtual'
import { Checkbox } from 'antd'
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { Link } from 'react-router'
import type { CaseHead } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { LoadMore } from '@/shared/ui/load-more'
import { usedText, CaseLamp, dueText, StateTag } from './words'

type Props = { heads: CaseHead[]; chosen: CaseHead[]; canChoose: (head: CaseHead) => boolean; onToggle: (head: CaseHead) => void; more: boolean; busy: boolean; onMore: () => void }
const lineHeight_px = 56

function Line({ head, isChosen, canChoose, onToggle }: { head: CaseHead; isChosen: boolean; canChoose: boolean; onToggle: () => void }) {
  const w = useServiceWords()
  const two = useTwo()
  return (
    <>
      <Checkbox checked={isChosen} disabled={!isChosen && !canChoose} onChange={onToggle} aria-label={w('work.choose', { key: head.key })} />
      <span className="bm-work-what"><Link to={`/case?id=${head.id}`} state={{ from: 'work', absent: head.for_account }}>{head.key}</Link> <small>{two(head.flow_title)}{head.for_account && ` · ${w('work.on_behalf', { who: head.for_account })}`}</small></span>
      <span><StateTag head={head} /></span>
      <span><CaseLamp head={head} /></span>
      <span className="bm-work-when">{head.due_at === undefined ? w('work.no_due') : w('work.due', { at: dueText(head.due_at) })}</span>
      <span className="bm-work-when"><span title={formatTime(head.entered_at)}>{w('work.since', { span: usedText(Date.now() - Date.parse(head.entered_at), w) })}</span></span>
    </>
  )
}

/** Which line a key leads to; undefined: none of ours. */
export function lineAfter(key: string, at: number, n: number): number | undefined {
  const to = key === 'ArrowDown' ? at + 1 : key === 'ArrowUp' ? at - 1 : key === 'Home' ? 0 : key === 'End' ? n - 1 : undefined
  return to === undefined || n === 0 ? undefined : Math.min(n - 1, Math.max(0, to))
}

export function WorkList({ heads, chosen, canChoose, onToggle, more, busy, onMore }: Props) {
  const w = useServiceWords()
  const frame = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: heads.length, getScrollElement: () => frame.current, estimateSize: () => lineHeight_px, overscan: 10 })
  const lines = virtual.getVirtualItems()
  const last = lines[lines.length - 1]?.index ?? 0
  useEffect(() => {
    if (more && !busy && last >= heads.length - 10) onMore()
  }, [busy, last, more, onMore, heads.length])
  const onKeyDown = (event: KeyboardEvent) => {
    const line = (event.target as HTMLElement).closest('li')
    const at = Number(line?.dataset['index'] ?? -1)
    const to = lineAfter(event.key, at, heads.length)
    if (to === undefined) return
    event.preventDefault()
    virtual.scrollToIndex(to)
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`li[data-index="${to}"] a`)?.focus())
  }
  return (
    <>
      <div ref={frame} className="bm-work-frame" tabIndex={0} role="region" aria-label={w('work.list')} onKeyDown={onKeyDown}>
        <ol className="bm-work-lines" style={{ height: virtual.getTotalSize() }}>
          {lines.map((line) => {
            const head = heads[line.index]
            return head && (
              <li key={head.id} ref={virtual.measureElement} data-index={line.index} aria-posinset={line.index + 1} aria-setsize={more ? -1 : heads.length} style={{ transform: `translateY(${line.start}px)` }}>
                <Line head={head} isChosen={chosen.some((one) => one.id === head.id)} canChoose={canChoose(head)} onToggle={() => onToggle(head)} />
              </li>
            )
          })}
        </ol>
      </div>
      <LoadMore n={heads.length} more={more} busy={busy} onMore={onMore} />
    </>
  )
}
