// The editor of one part of a query: each part by the control that fits it.
import { Button } from 'antd'
import type { AskQuery, AskVocabulary } from '@/shared/api/types'
import { useAskWords } from '@/shared/i18n/ask'
import { Choice } from '@/shared/ui/choice'
import { FilterEditor } from './filter-editor'
import { PeriodEditor } from './period-editor'
import { openDimensions, withGroup, withMetric, withPeriod, withoutMetric, type Chip } from './tree'

type Props = { chip: Chip; query: AskQuery; vocabulary: AskVocabulary; onEdit: (query: AskQuery) => void }

export function ChipEditor({ chip, query, vocabulary, onEdit }: Props) {
  const w = useAskWords()
  if (chip.kind === 'metric') {
    const options = vocabulary.metrics.filter((metric) => metric.id === chip.id || !query.metrics.includes(metric.id)).map((metric) => ({ value: metric.id, label: metric.title }))
    return (
      <>
        <Choice label={w('chip.metric')} value={chip.id} options={options} onChange={(id) => id !== undefined && onEdit(withMetric(query, chip.id, id))} />
        {query.metrics.length > 1 && <Button danger onClick={() => onEdit(withoutMetric(query, chip.id))}>{w('chip.remove')}</Button>}
      </>
    )
  }
  if (chip.kind === 'dimension') {
    const own = vocabulary.dimensions.filter((one) => one.id === chip.id)
    const options = [...own, ...openDimensions(query, vocabulary, 'group')].map((one) => ({ value: one.id, label: one.title }))
    return (
      <>
        <Choice label={w('chip.dimension')} value={chip.id} empty={chip.id === '' ? w('chip.choose') : undefined} options={options} onChange={(id) => id !== undefined && onEdit(withGroup(query, chip.id, id))} />
        {chip.id !== '' && <Button danger onClick={() => onEdit(withGroup(query, chip.id, ''))}>{w('chip.remove')}</Button>}
      </>
    )
  }
  if (chip.kind === 'period') {
    const dimensions = vocabulary.metrics.find((metric) => metric.id === query.metrics[0])?.dimensions ?? []
    const field = vocabulary.dimensions.find((one) => one.kind === 'period' && dimensions.includes(one.id))?.id
    return field === undefined ? <p>{w('chip.no_period')}</p> : <PeriodEditor query={query} onEdit={(period) => onEdit(withPeriod(query, field, period))} />
  }
  return <FilterEditor dimension={chip.kind === 'scope' ? 'district' : chip.id} query={query} vocabulary={vocabulary} onEdit={onEdit} />
}
