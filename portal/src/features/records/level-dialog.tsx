// Another level for one field: which, why, and whose sight of it would change.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Classification, Level } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'

export const levels: Level[] = ['L1', 'L2', 'L3', 'L4', 'L5']
const empty = { level: '', reason: '' }
type FieldLine = Classification['fields'][number]
type Props = { field: FieldLine; roles: Classification['roles']; onClose: () => void }

/** Roles that see the field at one of the levels and not at the other: those who get rows of the dataset at all. */
export function sightChanges(roles: Classification['roles'], field: Pick<FieldLine, 'personal' | 'level' | 'dataset_level'>, to: Level) {
  const sees = (role: Classification['roles'][number], level: Level) => (field.personal ? role.people : role.organisations)[levels.indexOf(level)] === 'rows'
  return roles.filter((role) => sees(role, field.dataset_level) && sees(role, field.level) !== sees(role, to))
}

export function LevelDialog({ field, roles, onClose }: Props) {
  const { t } = useTranslation()
  const two = useTwo()
  const cache = useQueryClient()
  const [draft, change, clear] = useDraft(`level ${field.dataset} ${field.field}`, empty)
  const level = levels.find((one) => one === draft.level && one !== field.level)
  const raises = level !== undefined && level > field.level
  const touched = level === undefined ? [] : sightChanges(roles, field, level)
  const save = useMutation({
    mutationFn: (to: Level) => data(api.POST('/api/v1/classification/changes', { body: { dataset: field.dataset, field: field.field, level: to, reason: draft.reason.trim() } })),
    onSuccess: async () => {
      clear()
      await cache.invalidateQueries()
      onClose()
    },
  })
  return (
    <Modal open title={t('regrade.title', { field: field.title })} onCancel={onClose} footer={null} destroyOnHidden>
      <form className="bm-form" onSubmit={(event) => { event.preventDefault(); if (level) save.mutate(level) }}>
        <p>{field.dataset_title} · {field.title} <code>{field.field}</code> · {t(`level.${field.level}`)}</p>
        <div>
          <label htmlFor="regrade-level">{t('regrade.to')}</label>
          <Select id="regrade-level" value={level} onChange={(to: Level) => change({ level: to })} options={levels.filter((one) => one !== field.level).map((one) => ({ value: one, label: t(`level.${one}`) }))} />
        </div>
        <div><label htmlFor="regrade-reason">{t('regrade.reason')}<span className="bm-required" aria-hidden="true">*</span></label><Input.TextArea id="regrade-reason" rows={3} maxLength={500} value={draft.reason} onChange={(event) => change({ reason: event.target.value })} /></div>
        {level && (
          <div role="status">
            <p>{t(raises ? 'regrade.at_once' : 'regrade.four_eyes')}</p>
            <p>{touched.length === 0 ? t('regrade.nobody') : t(raises ? 'regrade.lose' : 'regrade.gain', { roles: touched.map((role) => two(role.title)).join(t('list.comma')) })}</p>
          </div>
        )}
        <ProblemNote error={save.error} />
        <div className="bm-form-foot">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="primary" htmlType="submit" disabled={level === undefined || draft.reason.trim().length < 2} loading={save.isPending}>{t(raises ? 'regrade.raise' : 'regrade.propose')}</Button>
        </div>
      </form>
    </Modal>
  )
}
