// Saved views of a grid: choose one, keep the present filters, order and columns as one, share it with one's own organisation.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { View } from '@/shared/api/types'
import { ProblemNote } from '@/shared/ui/problem-note'

export type Look = { filters: string[]; order: string; columns: string[] }
type Props = { dataset: string; look: Look; chosen: string | null; onChoose: (view: View | null) => void }

function SaveDialog({ dataset, look, view, onDone, onClose }: { dataset: string; look: Look; view?: View; onDone: (view: View | null) => void; onClose: () => void }) {
  const { t } = useTranslation()
  const [title, setTitle] = useState(view?.title ?? '')
  const [shared, setShared] = useState(view?.shared ?? false)
  const body = { dataset, title: title.trim(), shared, ...look }
  const cache = useQueryClient()
  const done = async (kept: View | null) => {
    await cache.invalidateQueries({ queryKey: ['views', dataset] })
    onDone(kept)
  }
  const save = useMutation({ mutationFn: () => data(api.POST('/api/v1/views', { body })), onSuccess: done })
  const replace = useMutation({ mutationFn: (id: string) => data(api.PUT('/api/v1/views/{view}', { params: { path: { view: id } }, body })), onSuccess: done })
  const remove = useMutation({ mutationFn: (id: string) => api.DELETE('/api/v1/views/{view}', { params: { path: { view: id } } }), onSuccess: () => done(null) })
  const usable = title.trim() !== ''
  return (
    <Modal open title={t('views.save')} onCancel={onClose} footer={null} destroyOnHidden>
      <form className="bm-form" onSubmit={(event) => { event.preventDefault(); if (usable) save.mutate() }}>
        <div><label htmlFor="view-title">{t('views.name')}</label><Input id="view-title" value={title} maxLength={60} onChange={(event) => setTitle(event.target.value)} /></div>
        <Checkbox checked={shared} onChange={(event) => setShared(event.target.checked)}>{t('views.shared')}</Checkbox>
        <ProblemNote error={save.error ?? replace.error ?? remove.error} />
        <div className="bm-form-foot">
          {view && <Button danger loading={remove.isPending} onClick={() => remove.mutate(view.id)}>{t('views.remove')}</Button>}
          {view && <Button loading={replace.isPending} disabled={!usable} onClick={() => replace.mutate(view.id)}>{t('views.replace')}</Button>}
          <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!usable}>{t('views.save_new')}</Button>
        </div>
      </form>
    </Modal>
  )
}

export function ViewsBar({ dataset, look, chosen, onChoose }: Props) {
  const { t } = useTranslation()
  const [saving, setSaving] = useState(false)
  const views = useQuery({ queryKey: ['views', dataset], queryFn: () => data(api.GET('/api/v1/views', { params: { query: { dataset } } })) })
  const items = views.data?.items ?? []
  const view = items.find((one) => one.id === chosen)
  const option = (one: View) => ({ value: one.id, label: one.shared ? t('views.shared_by', { title: one.title, by: one.by }) : one.title })
  return (
    <>
      <Select
        aria-label={t('views.choose')} placeholder={t('views.choose')} allowClear value={view?.id} loading={views.isFetching} onChange={(id?: string) => onChoose(items.find((one) => one.id === id) ?? null)}
        options={items.map(option)} notFoundContent={t('views.none')}
      />
      <Button onClick={() => setSaving(true)}>{t('views.save')}</Button>
      {saving && <SaveDialog dataset={dataset} look={look} view={view?.own ? view : undefined} onClose={() => setSaving(false)} onDone={(kept) => { setSaving(false); onChoose(kept) }} />}
    </>
  )
}
