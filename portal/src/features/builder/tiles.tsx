// The board: its cards in their order. In the text view they are only looked at.
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CardForm as Form, CardKind, DashboardRef, Metric } from '@/shared/api/types'
import { EmptyState } from '@/shared/ui/states'
import { CardForm } from './card-form'
import { findingsAt } from './findings'
import { addCard, changeCard, dropCard, moveCard } from './form'
import { Tile, type Carried } from './tile'
import type { Builder } from './use-builder'

type Props = {
  builder: Builder; kinds: CardKind[]; dashboards: DashboardRef[]; metrics: Map<string, Metric>; carried: Carried | null
  onCarry: (carried: Carried | null) => void; onAdd: (kind: CardKind, at?: number) => void; onSay: (sentence: string) => void
}

export function Tiles({ builder, kinds, dashboards, metrics, carried, onCarry, onAdd, onSay }: Props) {
  const { t, i18n } = useTranslation()
  const { built, change, answer, drawn } = builder
  const [open, setOpen] = useState<string | null>(null)
  const text = built.yaml !== null
  const cards = text ? (answer?.form?.cards ?? []) : built.form.cards
  const keys = text ? cards.map((_, index) => `text-${index}`) : built.keys
  const pictures = [...drawn.values()] // those of the form stay in place while the same is read as text
  const nameOf = (card: Form) => (i18n.language === 'en' ? card.title_en || card.title : card.title) || metrics.get(card.metrics[0] ?? '')?.title || t('builder.unnamed')
  const move = (from: number, to: number) => {
    const card = cards[from]
    if (card === undefined || to < 0 || to >= cards.length) return
    change(moveCard(built, from, to))
    onSay(t('builder.moved', { name: nameOf(card), at: to + 1, n: cards.length }))
  }
  const land = (at: number) => {
    if (carried === null) return
    if ('from' in carried) move(carried.from, Math.min(at, cards.length - 1))
    const kind = 'kind' in carried ? kinds.find((one) => one.kind === carried.kind) : undefined
    if (kind !== undefined) onAdd(kind, at)
    onCarry(null)
  }
  return (
    <section className="bm-builder-board" aria-label={t('builder.cards')} aria-busy={builder.busy}>
      {cards.length === 0 && <EmptyState title={t('builder.no_cards')} hint={text ? undefined : t('builder.no_cards_hint')} />}
      <ol className="bm-board bm-slots">
        {cards.map((card, at) => {
          const key = keys[at] ?? String(at)
          return (
            <Tile
              key={key} at={at} n={cards.length} form={card} name={nameOf(card)} card={text ? pictures[at] : drawn.get(key)} findings={findingsAt(answer?.findings ?? [], at)} metrics={metrics} open={open === key && !text} fixed={text}
              onMove={(to) => move(at, to)} onOpen={() => setOpen(open === key ? null : key)} onDrop={() => change(dropCard(built, at))} onCopy={() => change(addCard(built, { ...card, id: '' }, at + 1))}
              onCarry={onCarry} onLand={() => land(at)}
            >
              <CardForm card={card} board={built.form} kinds={kinds} metrics={metrics} dashboards={dashboards} onChange={(changes) => change(changeCard(built, at, changes))} />
            </Tile>
          )
        })}
      </ol>
      {!text && <div className={`bm-drop bm-drop-end${carried === null ? '' : ' bm-drop-over'}`} onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); land(cards.length) }}>{t('builder.drop_here')}</div>}
    </section>
  )
}
