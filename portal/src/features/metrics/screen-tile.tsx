// A tile of a screen: a picture on dark ground, and below it unit, period, source and date.
import { useTranslation } from 'react-i18next'
import { CardFoot } from '@/pack-ui/cards/card-foot'
import { Picture } from '@/pack-ui/cards/picture'
import { partError } from '@/shared/api/client'
import type { Card } from '@/shared/api/types'
import { useDatasetTitles } from '@/shared/datasets'
import { useMetrics } from '@/shared/metrics'
import { EmptyState, ErrorState } from '@/shared/ui/states'

export function ScreenTile({ card, period, large }: { card: Card; period: string; large?: boolean }) {
  const { t } = useTranslation()
  const metrics = useMetrics()
  const sourceOf = useDatasetTitles()
  const words = { none: t('value.none'), hidden: t('value.suppressed') }
  return (
    <section className={`bm-tile bm-tile-${card.kind}${large ? ' bm-tile-main' : ''}`} aria-label={card.title}>
      <h2>{card.title}</h2>
      <div className="bm-tile-body">
        {card.error && <ErrorState error={partError(card.error)} />}
        {!card.error && card.result.rows.length === 0 && <EmptyState title={t('card.empty')} />}
        {!card.error && card.result.rows.length > 0 && <Picture card={card} result={card.result} metrics={metrics} words={words} dark />}
      </div>
      <CardFoot result={card.result} metrics={metrics} period={period} sourceOf={sourceOf} />
    </section>
  )
}
