// A new organisation below another, or another title for one that stands.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Input, Select } from 'antd'
import { useMemo, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Org, OrgDetail, OrgKind } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { ProblemNote } from '@/shared/ui/problem-note'

type Values = { kind: OrgKind; title: string; code: string }

function make(org: OrgDetail, what: 'create' | 'rename', { kind, title, code }: Values): Promise<Org> {
  return what === 'create'
    ? data(api.POST('/api/v1/orgs', { body: { parent: org.id, kind, title: title.trim(), ...(code.trim() === '' ? {} : { code: code.trim() }) } }))
    : data(api.POST('/api/v1/orgs/{id}/rename', { params: { path: { id: org.id } }, body: { title: title.trim() } }))
}

export function OrgMakeDrawer({ org, what, onClose }: { org: OrgDetail; what: 'create' | 'rename'; onClose: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const empty = useMemo<Values>(() => ({ kind: org.may_contain[0] ?? 'class', title: what === 'rename' ? org.title : '', code: '' }), [org, what])
  const [draft, change, clear] = useDraft<Values>(`org-${what} ${org.id}`, empty)
  const save = useMutation({
    mutationFn: () => make(org, what, draft),
    onSuccess: async (made) => {
      clear()
      await cache.invalidateQueries()
      onClose()
      if (what === 'create') void navigate(`/org?id=${made.id}`)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Drawer open onClose={onClose} title={t(`org_change.${what}_title`, { title: org.title })} size={420}>
      <form className="bm-form" onSubmit={submit}>
        {what === 'create' && <div><label htmlFor="org-kind">{t('orgs.kind')}</label><Select id="org-kind" value={draft.kind} onChange={(kind: OrgKind) => change({ kind })} options={org.may_contain.map((kind) => ({ value: kind, label: t(`org_kind.${kind}`) }))} /></div>}
        <div><label htmlFor="org-title">{t('org_change.title')}<span className="bm-required" aria-hidden="true">*</span></label><Input id="org-title" required maxLength={100} value={draft.title} onChange={(event) => change({ title: event.target.value })} /></div>
        {what === 'create' && <div><label htmlFor="org-code">{t('orgs.code')}</label><Input id="org-code" maxLength={40} value={draft.code} onChange={(event) => change({ code: event.target.value })} /></div>}
        <p className="bm-foot">{t(`org_change.${what}_note`)}</p>
        <ProblemNote error={save.error} />
        <div className="bm-form-foot">
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="primary" htmlType="submit" disabled={draft.title.trim() === '' || (what === 'rename' && draft.title.trim() === org.title)} loading={save.isPending}>{t(`org_change.${what}`)}</Button>
        </div>
      </form>
    </Drawer>
  )
}
