// Rows that did not pass: file, line, field, rule, what to do, and the row as it was sent.
import '@/shared/i18n/records'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Bad, Field, Rule } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { EmptyState } from '@/shared/ui/states'

const builtIns = ['type', 'required', 'code', 'reference', 'scope', 'range', 'duplicate', 'columns', 'encoding', 'sealing'] as const
type Props = { dataset: string; batch?: string; org?: string; fields: Field[]; rules: Rule[]; onFix?: (id: string) => void }

export function BadRows({ dataset, batch, org, fields, rules, onFix }: Props) {
  const { t } = useTranslation()
  const two = useTwo()
  const ruleTitle = (id: string) => {
    const builtIn = builtIns.find((one) => one === id)
    return rules.find((rule) => rule.id === id)?.title ?? (builtIn ? t(`bad_rule.${builtIn}`) : id)
  }
  const fix: PlainColumn<Bad> = { key: 'fix', title: t('work.act'), render: (bad) => <Button size="small" aria-label={t('work.fix_line', { line: bad.line })} onClick={() => onFix?.(bad.id)}>{t('work.fix')}</Button> }
  const columns: PlainColumn<Bad>[] = [
    ...(onFix ? [fix] : []),
    { key: 'line', title: t('quarantine.line'), align: 'right', render: (bad) => bad.line },
    { key: 'field', title: t('quarantine.field'), render: (bad) => fields.find((field) => field.id === bad.field)?.title ?? bad.field ?? '' },
    { key: 'rule', title: t('quarantine.rule'), render: (bad) => ruleTitle(bad.rule) },
    { key: 'detail', title: t('quarantine.detail'), wide: true, render: (bad) => <p className="bm-say">{two(bad.detail)}</p> },
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
