// Levels of all fields by category, and what each role sees of each level.
import '@/shared/i18n/records'
import '@/pack-ui/pack-ui.css'
import { useQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Classification } from '@/shared/api/types'
import { useRight } from '@/shared/session/use-me'
import { useTwo } from '@/shared/i18n/use-two'
import { Page } from '@/shared/ui/page'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { LevelTag, Tag } from '@/shared/ui/tag'
import { LevelDialog, levels } from './level-dialog'
import { LevelQueue } from './level-queue'

const tones = { rows: 'green', figures: 'blue', none: 'grey' } as const
const cares = ['personal', 'masked', 'sealed'] as const
type FieldLine = Classification['fields'][number]
type RoleLine = Classification['roles'][number]

function Categories({ fields }: { fields: FieldLine[] }) {
  const { t } = useTranslation()
  const categories = [...new Set(fields.map((field) => field.category))].sort()
  const columns: PlainColumn<string>[] = [
    { key: 'category', title: t('classification.category'), render: (category) => category },
    ...levels.map((level): PlainColumn<string> => ({ key: level, title: <LevelTag level={level} />, align: 'right', render: (category) => fields.filter((field) => field.category === category && field.level === level).length })),
  ]
  return <PlainTable label={t('classification.by_category')} columns={columns} rows={categories} rowKey={(category) => category} />
}

function Roles({ roles }: { roles: RoleLine[] }) {
  const { t } = useTranslation()
  const two = useTwo()
  const cells = (kind: 'organisations' | 'people') => levels.map((level, i): PlainColumn<RoleLine> => ({
    key: `${kind} ${level}`, title: <>{t(`classification.${kind}`)} {level}</>,
    render: (role) => { const sight = role[kind][i] ?? 'none'; return <Tag tone={tones[sight]}>{t(`classification.sight.${sight}`)}</Tag> },
  }))
  const columns: PlainColumn<RoleLine>[] = [{ key: 'role', title: t('classification.role'), render: (role) => two(role.title) }, ...cells('organisations'), ...cells('people')]
  return <PlainTable label={t('classification.by_role')} columns={columns} rows={roles} rowKey={(role) => role.role} />
}

function Fields({ fields, onGrade }: { fields: FieldLine[]; onGrade?: (field: FieldLine) => void }) {
  const { t } = useTranslation()
  const reads = useRight('datasets.read')
  const columns: PlainColumn<FieldLine>[] = [
    { key: 'dataset', title: t('quality.dataset'), render: (field) => (reads ? <Link to={`/dataset?id=${encodeURIComponent(field.dataset)}&tab=contract`}>{field.dataset_title}</Link> : field.dataset_title) },
    { key: 'field', title: t('contract.field'), render: (field) => <>{field.title} <code>{field.field}</code></> },
    { key: 'category', title: t('classification.category'), render: (field) => field.category },
    { key: 'level', title: t('contract.level'), render: (field) => <LevelTag level={field.level} /> },
    { key: 'care', title: t('classification.care'), render: (field) => cares.filter((word) => field[word]).map((word) => t(`classification.${word}`)).join(t('list.comma')) },
    { key: 'reason', title: t('classification.reason'), wide: true, render: (field) => field.reason ?? '' },
    ...(onGrade ? [{ key: 'grade', title: t('work.act'), render: (field: FieldLine) => <Button size="small" aria-label={t('regrade.act_on', { act: t('regrade.open'), field: field.title })} onClick={() => onGrade(field)}>{t('regrade.open')}</Button> }] : []),
  ]
  if (fields.length === 0) return <EmptyState title={t('datasets.none_found')} hint={t('state.try_other_words')} />
  return <PlainTable label={t('classification.fields')} columns={columns} rows={fields} rowKey={(field) => `${field.dataset} ${field.field}`} />
}

export default function ClassificationPage() {
  const { t } = useTranslation()
  const [address, change] = useAddress()
  const query = useQuery({ queryKey: ['classification'], queryFn: () => data(api.GET('/api/v1/classification')) })
  const grades = useRight('levels.manage')
  const [grading, setGrading] = useState<FieldLine | null>(null)
  const level = address.get('level') ?? undefined
  const dataset = address.get('dataset') ?? undefined
  return (
    <Page title={t('menu.classification')} note={t('classification.note')} crumbs={[{ title: t('menu.datasets'), to: '/datasets' }]}>
      <QueryView query={query} isEmpty={(all) => all.fields.length === 0} empty={<EmptyState title={t('datasets.none')} />}>
        {(all) => (
          <div className="bm-stack">
            {grades && <LevelQueue />}
            <h2>{t('classification.by_category')}</h2>
            <Categories fields={all.fields} />
            <h2>{t('classification.by_role')}</h2>
            <Roles roles={all.roles} />
            <h2>{t('classification.fields')}</h2>
            <div className="bm-query">
              <Select aria-label={t('datasets.level')} placeholder={t('datasets.level')} allowClear value={level} onChange={(value?: string) => change({ level: value })} options={levels.map((one) => ({ value: one, label: t(`level.${one}`) }))} />
              <Select
                aria-label={t('quality.dataset')} placeholder={t('quality.all_datasets')} allowClear value={dataset} onChange={(value?: string) => change({ dataset: value })}
                options={[...new Map(all.fields.map((field) => [field.dataset, field.dataset_title]))].map(([value, label]) => ({ value, label }))}
              />
            </div>
            <Fields fields={all.fields.filter((field) => (level === undefined || field.level === level) && (dataset === undefined || field.dataset === dataset))} onGrade={grades ? setGrading : undefined} />
            {grading && <LevelDialog field={grading} roles={all.roles} onClose={() => setGrading(null)} />}
          </div>
        )}
      </QueryView>
    </Page>
  )
}
