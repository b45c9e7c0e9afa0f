// Rows that did not pass: file, line, field, rule, what to do, and the row as it was sent.
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Bad, Field, Rule } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { EmptyState } from '@/shared/ui/states'

type Props = { dataset: string; batch?: string; org?: string; fields: Field[]; rules: Rule[] }

export function BadRows({ dataset, batch, org, fields, rules }: Props) {
  const { t } = useTranslation()
  const two = useTwo()
  const columns: PlainColumn<Bad>[] = [
    { key: 'line', title: t('quarantine.line'), align: 'right', render: (bad) => bad.line },
    { key: 'field', title: t('quarantine.field'), render: (bad) => fields.find((field) => field.id === bad.field)?.title ?? bad.field ?? '' },
    { key: 'rule', title: t('quarantine.rule'), render: (bad) => rules.find((rule) => rule.id === bad.rule)?.title ?? bad.rule },
    { key: 'detail', title: t('quarantine.detail'), wide: true, render: (bad) => two(bad.detail) },
    { key: 'org', title: t('people.org'), render: (bad) => bad.org?.title ?? '' },
    { key: 'file', title: t('batch.file'), render: (bad) => bad.file },
    {
      key: 'raw',
      title: t('quarantine.raw'),
      render: (bad) => (
        <details className="bm-raw">
          <summary>{t('quarantine.show_raw')}</summary>
          <dl>{Object.entries(bad.raw).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
        </details>
      ),
    },
  ]
  return (
    <Paged
      queryKey={['quarantine', dataset, batch ?? '', org ?? '']}
      fetchPage={(after) => data(api.GET('/api/v1/datasets/{id}/quarantine', { params: { path: { id: dataset }, query: { batch, org, after } } }))}
      empty={<EmptyState title={t('quarantine.none')} hint={t('quarantine.none_hint')} />}
    >
      {(rows) => <PlainTable label={t('quarantine.title')} columns={columns} rows={rows} rowKey={(bad) => bad.id} />}
    </Paged>
  )
}
