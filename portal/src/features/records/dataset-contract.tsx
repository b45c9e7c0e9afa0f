// What a dataset promises: fields, rules, purpose and legal basis, where it comes from and what is made of it.
import { useTranslation } from 'react-i18next'
import type { DatasetDetail, Field, Rule } from '@/shared/api/types'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { EmptyState } from '@/shared/ui/states'
import { LevelTag, Tag } from '@/shared/ui/tag'
import { LineagePanel } from './lineage-panel'

export function DatasetContract({ dataset }: { dataset: DatasetDetail }) {
  const { t } = useTranslation()
  const fields: PlainColumn<Field>[] = [
    { key: 'title', title: t('contract.field'), render: (field) => <><strong>{field.title}</strong> <code>{field.id}</code></> },
    { key: 'type', title: t('contract.type'), render: (field) => t(`field_type.${field.type}`) },
    { key: 'required', title: t('contract.required'), render: (field) => t(field.required ? 'value.yes' : 'value.no') },
    { key: 'grain', title: t('contract.grain'), render: (field) => t(dataset.grain.includes(field.id) ? 'value.yes' : 'value.no') },
    { key: 'level', title: t('contract.level'), render: (field) => <LevelTag level={field.level} /> },
    { key: 'masked', title: t('contract.masked'), render: (field) => t(field.masked ? 'value.yes' : 'value.no') },
    { key: 'unit', title: t('contract.unit'), render: (field) => field.unit ?? '' },
    { key: 'values', title: t('contract.values'), wide: true, render: (field) => field.codes?.map((code) => code.title).join(t('list.comma')) ?? [field.min, field.max].filter((end) => end !== undefined).join(' – ') },
  ]
  const rules: PlainColumn<Rule>[] = [
    { key: 'title', title: t('contract.rule'), render: (rule) => rule.title },
    { key: 'severity', title: t('contract.severity'), render: (rule) => <Tag tone={rule.severity === 'error' ? 'red' : 'amber'}>{t(`severity.${rule.severity}`)}</Tag> },
    { key: 'expr', title: t('contract.expr'), wide: true, render: (rule) => <code>{rule.expr}</code> },
  ]
  return (
    <div className="bm-stack">
      {dataset.law && (
        <dl className="bm-facts bm-facts-wide bm-panel">
          <div><dt>{t('contract.purpose')}</dt><dd>{dataset.law.purpose}</dd></div>
          <div><dt>{t('contract.basis')}</dt><dd>{dataset.law.basis}</dd></div>
        </dl>
      )}
      <h2>{t('contract.fields')}</h2>
      <PlainTable label={t('contract.fields')} columns={fields} rows={dataset.fields} rowKey={(field) => field.id} />
      <h2>{t('contract.rules')}</h2>
      {dataset.rules.length === 0 ? <EmptyState title={t('contract.no_rules')} /> : <PlainTable label={t('contract.rules')} columns={rules} rows={dataset.rules} rowKey={(rule) => rule.id} />}
      <h2>{t('lineage.title')}</h2>
      <LineagePanel dataset={dataset.id} />
    </div>
  )
}
