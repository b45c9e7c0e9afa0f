// How to reach a person. Masked values cannot be edited: who edits sees them whole.
import { Button, Input } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { PersonDetail } from '@/shared/api/types'
import { ContactForm } from './contact-form'

type Draft = { phone: string; email: string }

function Edit({ person, onDone }: { person: PersonDetail; onDone: () => void }) {
  const { t } = useTranslation()
  const before = useMemo((): Draft => ({ phone: person.contact?.phone ?? '', email: person.contact?.email ?? '' }), [person.contact])
  const save = (draft: Draft) => data(api.PUT('/api/v1/people/{id}/contact', { params: { path: { id: person.id } }, body: draft }))
  return (
    <ContactForm name={`contact ${person.id}`} before={before} shownIn={['person', person.id]} save={save} onDone={onDone}>
      {(draft, change) => (
        <>
          <label>{t('people.phone')}<Input value={draft.phone} maxLength={20} inputMode="tel" onChange={(event) => change({ phone: event.target.value })} /></label>
          <label>{t('people.email')}<Input value={draft.email} maxLength={200} inputMode="email" onChange={(event) => change({ email: event.target.value })} /></label>
        </>
      )}
    </ContactForm>
  )
}

export function PersonContact({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const [editing, setEditing] = useState(false)
  const contact = person.contact
  return (
    <section className="bm-panel" aria-labelledby="contact">
      <h2 id="contact">{t('people.contact')}</h2>
      {editing ? <Edit person={person} onDone={() => setEditing(false)} /> : (
        <>
          <dl className="bm-facts">
            <div><dt>{t('people.phone')}</dt><dd>{contact?.phone || t('value.none')}</dd></div>
            <div><dt>{t('people.email')}</dt><dd>{contact?.email || t('value.none')}</dd></div>
          </dl>
          {contact?.masked && <p className="bm-foot">{t('people.masked')}</p>}
          {person.can_manage && !contact?.masked && <p><Button size="small" onClick={() => setEditing(true)}>{t('people.edit_contact')}</Button></p>}
        </>
      )}
    </section>
  )
}
