// Where an organisation is and how it is reached.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useMemo, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { OrgDetail } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { ProblemNote } from '@/shared/ui/problem-note'

const fields = [['address', 100, 'text'], ['phone', 20, 'tel'], ['longitude', 12, 'decimal'], ['latitude', 12, 'decimal']] as const
const degrees = (text: string) => (text.trim() === '' ? {} : { value: Number(text) })

function Edit({ org, onDone }: { org: OrgDetail; onDone: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const before = useMemo(() => ({ address: org.contact.address ?? '', phone: org.contact.phone ?? '', longitude: String(org.contact.longitude ?? ''), latitude: String(org.contact.latitude ?? '') }), [org.contact])
  const [draft, change, clear] = useDraft(`org-contact ${org.id}`, before)
  const [longitude, latitude] = [degrees(draft.longitude).value, degrees(draft.latitude).value]
  const wrong = [longitude, latitude].some((one) => one !== undefined && !Number.isFinite(one))
  const save = useMutation({
    mutationFn: () => data(api.PUT('/api/v1/orgs/{id}/contact', { params: { path: { id: org.id } }, body: { address: draft.address.trim(), phone: draft.phone.trim(), longitude, latitude } })),
    onSuccess: async () => {
      clear()
      await cache.invalidateQueries({ queryKey: ['org', org.id] })
      onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!wrong) save.mutate()
  }
  return (
    <form className="bm-form" onSubmit={submit}>
      <div className="bm-steps-line">
        {fields.map(([field, most, mode]) => <label key={field}>{t(`orgs.${field}`)}<Input value={draft[field]} maxLength={most} inputMode={mode} onChange={(event) => change({ [field]: event.target.value })} /></label>)}
      </div>
      {wrong && <p role="alert" className="bm-field-error">{t('orgs.bad_position')}</p>}
      <ProblemNote error={save.error} />
      <div className="bm-form-foot">
        <Button onClick={() => { clear(); onDone() }}>{t('action.cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={save.isPending}>{t('action.save')}</Button>
      </div>
    </form>
  )
}

export function OrgContact({ org }: { org: OrgDetail }) {
  const { t } = useTranslation()
  const [editing, setEditing] = useState(false)
  const { address, phone, longitude, latitude } = org.contact
  return (
    <section className="bm-panel" aria-labelledby="org-contact">
      <h2 id="org-contact">{t('orgs.contact')}</h2>
      {editing ? <Edit org={org} onDone={() => setEditing(false)} /> : (
        <>
          <dl className="bm-facts">
            <div><dt>{t('orgs.address')}</dt><dd>{address || t('value.none')}</dd></div>
            <div><dt>{t('orgs.phone')}</dt><dd>{phone ? <a href={`tel:${phone.replaceAll(/[ -]/g, '')}`}>{phone}</a> : t('value.none')}</dd></div>
            <div><dt>{t('orgs.position')}</dt><dd>{longitude === undefined || latitude === undefined ? t('value.none') : `${longitude.toFixed(4)}, ${latitude.toFixed(4)}`}</dd></div>
          </dl>
          {org.can_manage && <p><Button size="small" onClick={() => setEditing(true)}>{t('orgs.edit_contact')}</Button></p>}
        </>
      )}
    </section>
  )
}
