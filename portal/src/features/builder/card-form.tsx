// What one card shows: its kind, metrics, groups and words. A metric that cannot be grouped so is said by the server, at the card.
import { useTranslation } from 'react-i18next'
import type { BoardForm, CardForm as Form, CardKind, DashboardRef, Metric } from '@/shared/api/types'
import { Choice } from '@/shared/ui/choice'
import { PickMany } from './pick-many'
import { sharedDims } from './form'

type Props = { card: Form; board: BoardForm; kinds: CardKind[]; metrics: Map<string, Metric>; dashboards: DashboardRef[]; onChange: (changes: Partial<Form>) => void }

export function CardForm({ card, board, kinds, metrics, dashboards, onChange }: Props) {
  const { t, i18n } = useTranslation()
  const kind = kinds.find((one) => one.kind === card.kind)
  const dims = sharedDims(card.metrics, metrics).map((dim) => ({ id: dim.id, title: i18n.language === 'en' ? dim.id : dim.title }))
  const comparisons = [{ value: 'prior', label: t('builder.compare_prior') }, { value: 'yoy', label: t('builder.compare_yoy') }]
  return (
    <div className="bm-card-form">
      <Choice label={t('builder.kind_label')} value={card.kind} options={kinds.map((one) => ({ value: one.kind, label: t(`builder.kind.${one.kind}`) }))} onChange={(value) => onChange({ kind: kinds.find((one) => one.kind === value)?.kind ?? card.kind })} />
      <PickMany
        label={t('builder.metrics', { min: kind?.min_metrics ?? 1, max: kind?.max_metrics ?? 1 })} value={card.metrics} most={kind?.max_metrics} onChange={(value) => onChange({ metrics: value })}
        options={[...metrics.values()].map((metric) => ({ id: metric.id, title: metric.title, group: metric.dataset_title ?? metric.dataset ?? metric.pack }))}
      />
      {(kind?.max_by ?? 0) > 0 && <PickMany label={t('builder.by', { min: kind?.min_by ?? 0, max: kind?.max_by ?? 0 })} value={card.by} most={kind?.max_by} options={dims} onChange={(value) => onChange({ by: value })} />}
      <label className="bm-pick"><span>{t('builder.title_zh')}</span><input className="bm-input" value={card.title} maxLength={200} placeholder={metrics.get(card.metrics[0] ?? '')?.title} onChange={(event) => onChange({ title: event.target.value })} /></label>
      <label className="bm-pick"><span>{t('builder.title_en')}</span><input className="bm-input" lang="en" value={card.title_en} maxLength={200} onChange={(event) => onChange({ title_en: event.target.value })} /></label>
      <Choice label={t('builder.compare')} empty={t('builder.compare_none')} value={card.compare} options={comparisons} onChange={(value) => onChange({ compare: value === 'prior' || value === 'yoy' ? value : '' })} />
      {card.kind === 'rank' && <label className="bm-pick"><span>{t('builder.top')}</span><input className="bm-input" type="number" min={0} max={1000} value={card.top} onChange={(event) => onChange({ top: Math.min(1000, Math.max(0, Number(event.target.value) || 0)) })} /></label>}
      {card.by.length > 0 && <Choice label={t('builder.drill')} empty={t('builder.drill_none')} value={card.drill} options={dashboards.filter((one) => one.pack !== '').map((one) => ({ value: one.id, label: one.title }))} onChange={(value) => onChange({ drill: value ?? '' })} />}
      {board.screen && <label className="bm-check"><input type="checkbox" checked={card.main} onChange={(event) => onChange({ main: event.target.checked })} /> {t('builder.main')}</label>}
    </div>
  )
}
