// One card on the board: how it looks now, what is wrong with it, and the ways to move it: dragging, the arrow keys on its handle, or two buttons.
import { useState, type DragEvent, type KeyboardEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Picture } from '@/pack-ui/cards/picture'
import type { Metrics } from '@/pack-ui/cards/result'
import { partError } from '@/shared/api/client'
import type { BoardFinding, Card, CardForm } from '@/shared/api/types'
import { EmptyState, ErrorState } from '@/shared/ui/states'
import { FindingList } from './findings'

export type Carried = { from: number } | { kind: string }
type Props = {
  at: number; n: number; form: CardForm; name: string; card?: Card; findings: BoardFinding[]; metrics: Metrics; open: boolean; fixed: boolean; children: ReactNode
  onMove: (to: number) => void; onOpen: () => void; onDrop: () => void; onCopy: () => void; onCarry: (carried: Carried | null) => void; onLand: () => void
}

function Drawn({ card, metrics }: { card?: Card; metrics: Metrics }) {
  const { t } = useTranslation()
  const words = { none: t('value.none'), hidden: t('value.suppressed') }
  if (card === undefined) return <p className="bm-slot-blank">{t('builder.not_drawn')}</p>
  if (card.error) return <ErrorState error={partError(card.error)} />
  if (card.result.rows.length === 0) return <EmptyState title={t('card.empty')} hint={t('card.empty_hint')} />
  return <Picture card={card} result={card.result} metrics={metrics} words={words} />
}

export function Tile({ at, n, form, name, card, findings, metrics, open, fixed, children, onMove, onOpen, onDrop, onCopy, onCarry, onLand }: Props) {
  const { t } = useTranslation()
  const [over, setOver] = useState(false)
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    onMove(at + step)
  }
  const carry = (event: DragEvent) => {
    event.dataTransfer.effectAllowed = 'move'
    event.dataTransfer.setData('text/plain', name)
    onCarry({ from: at })
  }
  return (
    <li
      className={`bm-slot bm-card-${form.kind}${over ? ' bm-slot-over' : ''}${open ? ' bm-slot-open' : ''}`} draggable={!open && !fixed} aria-label={t('builder.tile', { at: at + 1, n, name })}
      onDragStart={carry} onDragEnd={() => onCarry(null)} onDragLeave={() => setOver(false)}
      onDragOver={(event) => { if (fixed) return; event.preventDefault(); setOver(true) }} onDrop={(event) => { event.preventDefault(); setOver(false); onLand() }}
    >
      <header className="bm-card-head">
        <h3>{name}</h3>
        {!fixed && (
          <div className="bm-slot-tools">
            <button type="button" className="bm-plain-button bm-handle" aria-label={t('builder.handle', { name })} onKeyDown={keys}><span aria-hidden="true">⠿</span></button>
            <button type="button" className="bm-plain-button" disabled={at === 0} aria-label={t('builder.earlier', { name })} onClick={() => onMove(at - 1)}><span aria-hidden="true">←</span></button>
            <button type="button" className="bm-plain-button" disabled={at === n - 1} aria-label={t('builder.later', { name })} onClick={() => onMove(at + 1)}><span aria-hidden="true">→</span></button>
            <button type="button" className="bm-plain-button" aria-expanded={open} onClick={onOpen}>{t('builder.edit')}</button>
            <button type="button" className="bm-plain-button" onClick={onCopy}>{t('builder.double')}</button>
            <button type="button" className="bm-plain-button" onClick={onDrop}>{t('builder.drop')}</button>
          </div>
        )}
      </header>
      <FindingList findings={findings} />
      {open && children}
      <Drawn card={card} metrics={metrics} />
    </li>
  )
}
