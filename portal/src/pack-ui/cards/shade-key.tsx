import { useTranslation } from 'react-i18next'
import { formatNumber, withUnit } from '@/shared/format/numbers'
import { shadeOf } from './shades'

/** What the shades mean: from the smallest to the largest value, and grey for none. */
export function ShadeKey({ min, max, unit, dark }: { min: number; max: number; unit?: string; dark?: boolean }) {
  const { t } = useTranslation()
  return (
    <p className="bm-shade-key">
      <span>{withUnit(formatNumber(min), unit)}</span>
      {[0, 0.25, 0.5, 0.75, 1].map((share) => <i key={share} aria-hidden="true" style={{ background: shadeOf(share, 0, 1, dark).ground }} />)}
      <span>{withUnit(formatNumber(max), unit)}</span>
      <i aria-hidden="true" style={{ background: shadeOf(null, 0, 1, dark).ground }} /><span>{t('card.no_figure')}</span>
    </p>
  )
}
