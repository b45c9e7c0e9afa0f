// How to reach a person. Masked values cannot be edited: who edits sees them whole.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useMemo, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { PersonDetail } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { ProblemNote } from '@/shared/ui/problem-note'

function Edit({ person, onDone }: { person: PersonDetail; onDone: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const before = useMemo(() => ({ phone: person.contact?.phone ?? '', email: person.contact?.email ?? '' }), [person.contact])
  const [draft, change, clear] = useDraft(`contact ${person.id}`, before)
  const save = useMutation({
    mutationFn: () => data(api.PUT('/api/v1/people/{id}/contact', { params: { path: { id: person.id } }, body: draft })),
    onSuccess: async () => {
      clear()
      await cache.invalidateQueries({ queryKey: ['person', person.id] })
      onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form className="bm-form" onSubmit={submit}>
      <div className="bm-steps-line">
        <label>{t('people.phone')}<Input value={draft.phone} maxLength={20} inputMode="tel" onChange={(event) => change({ phone: event.target.value })} /></label>
        <label>{t('people.email')}<Input value={draft.email} maxLength={200} inputMode="email" onChange={(event) => change({ email: event.target.value })} /></label>
      </div>
      <ProblemNote error={save.error} />
      <div className="bm-form-foot">
        <Button onClick={() => { clear(); onDone() }}>{t('action.cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={save.isPending}>{t('action.save')}</Button>
      </div>
    </form>
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
