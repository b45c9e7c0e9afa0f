// What the dashboard is: its id and name, for whom, its filters and where they stand at first.
import { useTranslation } from 'react-i18next'
import type { BoardForm as Form, Metric } from '@/shared/api/types'
import { PickMany } from './pick-many'
import { boardDims } from './form'
import { figureRoles } from './roles'

type Props = { form: Form; fixedId: boolean; metrics: Map<string, Metric>; onChange: (changes: Partial<Form>) => void }

export function BoardForm({ form, fixedId, metrics, onChange }: Props) {
  const { t, i18n } = useTranslation()
  const dims = boardDims(form, metrics).map((dim) => ({ id: dim.id, title: i18n.language === 'en' ? dim.id : dim.title }))
  const setDefault = (filter: string, value: string) => {
    const { [filter]: _, ...others } = form.defaults
    onChange({ defaults: value === '' ? others : { ...others, [filter]: value } })
  }
  const setFilters = (filters: string[]) => onChange({ filters, defaults: Object.fromEntries(Object.entries(form.defaults).filter(([filter]) => filters.includes(filter))) })
  return (
    <section className="bm-panel bm-board-form" aria-label={t('builder.board')}>
      <h2>{t('builder.board')}</h2>
      <label className="bm-pick"><span>{t('builder.title_zh')}<i className="bm-required" aria-hidden="true">*</i></span><input className="bm-input" required value={form.title} maxLength={200} onChange={(event) => onChange({ title: event.target.value })} /></label>
      <label className="bm-pick"><span>{t('builder.title_en')}</span><input className="bm-input" lang="en" value={form.title_en} maxLength={200} onChange={(event) => onChange({ title_en: event.target.value })} /></label>
      <label className="bm-pick"><span>{t('builder.id')}<i className="bm-required" aria-hidden="true">*</i></span><input className="bm-input" required readOnly={fixedId} value={form.id} maxLength={48} spellCheck={false} onChange={(event) => onChange({ id: event.target.value })} /></label>
      <PickMany label={t('builder.roles')} value={form.roles} options={figureRoles.map((role) => ({ id: role, title: t(`role.${role}`) }))} onChange={(roles) => onChange({ roles })} />
      <PickMany label={t('builder.filters')} value={form.filters} options={dims} most={6} onChange={setFilters} />
      {form.filters.map((filter) => (
        <label key={filter} className="bm-pick"><span>{t('builder.default_of', { filter: dims.find((dim) => dim.id === filter)?.title ?? filter })}</span><input className="bm-input" value={form.defaults[filter] ?? ''} placeholder={t('builder.default_hint')} onChange={(event) => setDefault(filter, event.target.value)} /></label>
      ))}
      <label className="bm-check"><input type="checkbox" checked={form.screen} onChange={(event) => onChange({ screen: event.target.checked })} /> {t('builder.screen')}</label>
    </section>
  )
}
