// One result of a child against the standard: the value, where it stands between the bands, the step to the next one, earlier years.
import { useTranslation } from 'react-i18next'
import type { Portrait, PortraitItem } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { useTwo } from '@/shared/i18n/use-two'
import { Tag, type Tone } from '@/shared/ui/tag'

const tones: Tone[] = ['green', 'blue', 'amber', 'grey']

export function BandTag({ portrait, band }: { portrait: Portrait; band: number }) {
  const two = useTwo()
  const words = portrait.bands[band]
  return words === undefined ? null : <Tag tone={tones[Math.min(band, tones.length - 1)] ?? 'grey'}>{two(words.title)}</Tag>
}

/** The sentence of the next step: reach a value, or stay below one. */
export function useStep(): (portrait: Portrait, item: PortraitItem) => string {
  const { t } = useTranslation()
  const two = useTwo()
  return (portrait, item) => {
    if (item.next === undefined) return ''
    const value = `${formatNumber(item.next.value)}${two(item.unit) ? ` ${two(item.unit)}` : ''}`
    const band = two(portrait.bands[item.next.band]?.title ?? { zh: '', en: '' })
    return t(item.next.upwards ? 'portrait.step_up' : 'portrait.step_down', { value, band })
  }
}

export function PortraitResult({ portrait, item }: { portrait: Portrait; item: PortraitItem }) {
  const { t } = useTranslation()
  const two = useTwo()
  const stepOf = useStep()
  const last = item.points.at(-1)
  const before = item.points.slice(0, -1)
  if (last === undefined) return null
  const unit = two(item.unit)
  const value = `${formatNumber(last.value)}${unit ? ` ${unit}` : ''}`
  const score = last.score
  return (
    <li className="bm-result">
      <div className="bm-result-head">
        <h3>{two(item.title)}</h3>
        <strong className="bm-num">{value}</strong>
        {item.band !== undefined && <BandTag portrait={portrait} band={item.band} />}
      </div>
      {score !== undefined && (
        <div className="bm-scale" role="img" aria-label={t('portrait.scale', { item: two(item.title), score: formatNumber(score), bands: portrait.bands.map((band) => `${two(band.title)} ${band.from}`).join(t('list.comma')) })}>
          <i className="bm-scale-fill" style={{ width: `${Math.min(100, Math.max(2, score))}%` }} />
          {portrait.bands.filter((band) => band.from > 0).map((band) => <i key={band.from} className="bm-scale-tick" style={{ left: `${band.from}%` }}><small>{two(band.title)}</small></i>)}
        </div>
      )}
      {item.next !== undefined && <p className="bm-step">{stepOf(portrait, item)}</p>}
      {before.length > 0 && (
        <details>
          <summary>{t('portrait.earlier')}</summary>
          <ul className="bm-inline">{item.points.map((point) => <li key={point.period}>{point.period}: {formatNumber(point.value)}{unit && ` ${unit}`}{point.score !== undefined && ` · ${t('portrait.score', { score: formatNumber(point.score) })}`}</li>)}</ul>
        </details>
      )}
    </li>
  )
}
