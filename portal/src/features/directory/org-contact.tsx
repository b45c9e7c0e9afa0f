// Where an organisation is and how it is reached.
import { Button, Input } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { OrgDetail } from '@/shared/api/types'
import { ContactForm } from './contact-form'

const fields = [['address', 100, 'text'], ['phone', 20, 'tel'], ['longitude', 12, 'decimal'], ['latitude', 12, 'decimal']] as const
const degrees = (text: string) => (text.trim() === '' ? undefined : Number(text))

type Draft = Record<(typeof fields)[number][0], string>
const contactOf = (draft: Draft) => ({ address: draft.address.trim(), phone: draft.phone.trim(), longitude: degrees(draft.longitude), latitude: degrees(draft.latitude) })

function Edit({ org, onDone }: { org: OrgDetail; onDone: () => void }) {
  const { t } = useTranslation()
  const before = useMemo((): Draft => ({ address: org.contact.address ?? '', phone: org.contact.phone ?? '', longitude: String(org.contact.longitude ?? ''), latitude: String(org.contact.latitude ?? '') }), [org.contact])
  const save = (draft: Draft) => data(api.PUT('/api/v1/orgs/{id}/contact', { params: { path: { id: org.id } }, body: contactOf(draft) }))
  const fault = (draft: Draft) => ([draft.longitude, draft.latitude].some((one) => !Number.isFinite(degrees(one) ?? 0)) ? t('orgs.bad_position') : undefined)
  return (
    <ContactForm name={`org-contact ${org.id}`} before={before} shownIn={['org', org.id]} save={save} fault={fault} onDone={onDone}>
      {(draft, change) => fields.map(([field, most, mode]) => <label key={field}>{t(`orgs.${field}`)}<Input value={draft[field]} maxLength={most} inputMode={mode} onChange={(event) => change({ [field]: event.target.value })} /></label>)}
    </ContactForm>
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
