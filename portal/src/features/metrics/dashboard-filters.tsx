// The filters of a dashboard; each choice goes into the address.
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Dashboard } from '@/shared/api/types'
import { Choice } from '@/shared/ui/choice'
import { useAddress } from '@/shared/ui/search-params'
import { filterPrefix, orgLevels } from './address'

type Props = { dashboard: Dashboard; filters: Record<string, string>; comparing: boolean; onCompare: () => void }

export function DashboardFilters({ dashboard, filters, comparing, onCompare }: Props) {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const prior = address.get('compare') === 'prior'
  const own = dashboard.filters.filter((filter) => !orgLevels.includes(filter.id))
  const strangers = Object.keys(filters).filter((dim) => !orgLevels.includes(dim) && !own.some((filter) => filter.id === dim))
  return (
    <div className="bm-query bm-no-print">
      {own.map((filter) => (
        <Choice
          key={filter.id} label={filter.title} empty={t('filter.all')} value={filters[filter.id] ?? String(filter.current ?? '')}
          options={filter.values.map((one) => ({ value: String(one.value), label: one.title }))} onChange={(value) => change({ [filterPrefix + filter.id]: value })}
        />
      ))}
      {strangers.map((dim) => (
        <button key={dim} type="button" className="bm-chip" onClick={() => change({ [filterPrefix + dim]: undefined })}>{t('filter.narrowed')} <span aria-hidden="true">×</span></button>
      ))}
      <Button aria-pressed={prior} type={prior ? 'primary' : 'default'} onClick={() => change({ compare: prior ? undefined : 'prior' })}>{t('dashboard.compare')}</Button>
      <Button aria-expanded={comparing} onClick={onCompare}>{t('compare.open')}</Button>
      <Button onClick={() => window.print()}>{t('dashboard.print')}</Button>
    </div>
  )
}
