// A person goes to another school: what would end and begin, then the move.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { OrgInput } from '@/pack-ui/form/org-input'
import { api, data } from '@/shared/api/client'
import type { PersonDetail, PersonMove, PersonMovePreview } from '@/shared/api/types'
import { useDraft } from '@/shared/draft'
import { today } from '@/shared/format/times'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { useRoleTitle } from './words'

const empty = { held: '', to: '', to_class: '', on: '' }
const notSchools = ['class', 'grade']

function useClasses(school: string) {
  return useQuery({
    queryKey: ['classes', school],
    queryFn: async () => {
      const below = await data(api.GET('/api/v1/orgs', { params: { query: { parent: school, limit: 1000 } } }))
      const grades = below.items.filter((org) => org.kind === 'grade')
      const lists = await Promise.all(grades.map((grade) => data(api.GET('/api/v1/orgs', { params: { query: { parent: grade.id, limit: 1000 } } }))))
      return [...below.items, ...lists.flatMap((list) => list.items)].filter((org) => org.kind === 'class')
    },
    enabled: school !== '',
  })
}

function Preview({ preview }: { preview: PersonMovePreview }) {
  const { t } = useTranslation()
  const two = useTwo()
  const roleTitle = useRoleTitle()
  const line = (items: PersonMovePreview['ends']) => items.map((one) => `${one.org.title} ${roleTitle(one.role)}`).join(t('list.comma'))
  return (
    <div role="status">
      <h3>{t('org_change.would')}</h3>
      <dl className="bm-facts bm-facts-wide">
        <div><dt>{t('person_move.ends')}</dt><dd>{line(preview.ends)}</dd></div>
        <div><dt>{t('person_move.begins')}</dt><dd>{line(preview.begins)}</dd></div>
      </dl>
      <ul className="bm-effects">{preview.effects.map((effect) => <li key={effect.zh}>{two(effect)}</li>)}</ul>
    </div>
  )
}

export function PersonMoveDrawer({ person, onClose }: { person: PersonDetail; onClose: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const roleTitle = useRoleTitle()
  const [draft, change, clear] = useDraft(`person-move ${person.id}`, empty)
  const [seen, setSeen] = useState('')
  const living = person.memberships.filter((one) => one.to === undefined && !notSchools.includes(one.org.kind) && one.role !== 'guardian')
  const held = living.find((one) => `${one.role} ${one.org.id}` === draft.held) ?? living[0]
  const classes = useClasses(draft.to)
  const move: PersonMove = { role: held?.role ?? '', from: held?.org.id ?? '', to: draft.to, ...(draft.to_class === '' ? {} : { to_class: draft.to_class }), on: draft.on || today() }
  const key = JSON.stringify(move)
  const params = { path: { id: person.id } }
  const preview = useMutation({ mutationFn: () => data(api.POST('/api/v1/people/{id}/move/preview', { params, body: move })), onSuccess: () => setSeen(key) })
  const make = useMutation({
    mutationFn: () => api.POST('/api/v1/people/{id}/move', { params, body: move }),
    onSuccess: async () => {
      clear()
      await cache.invalidateQueries()
      onClose()
    },
  })
  const ready = seen === key && preview.data !== undefined
  return (
    <Drawer open onClose={onClose} title={t('person_move.title', { name: person.name })} size={460}>
      <div className="bm-form">
        <div>
          <label htmlFor="move-held">{t('person_move.held')}</label>
          <Select
            id="move-held" value={held && `${held.role} ${held.org.id}`} onChange={(value) => change({ held: value })}
            options={living.map((one) => ({ value: `${one.role} ${one.org.id}`, label: `${one.org.title} · ${roleTitle(one.role)}` }))}
          />
        </div>
        <div><label htmlFor="move-to">{t('person_move.to')}</label><OrgInput id="move-to" value={draft.to} disabled={make.isPending} onChange={(to) => change({ to, to_class: '' })} /></div>
        <div>
          <label htmlFor="move-class">{t('person_move.to_class')}</label>
          <Select
            id="move-class" allowClear disabled={draft.to === ''} loading={classes.isFetching} value={draft.to_class === '' ? undefined : draft.to_class}
            onChange={(value?: string) => change({ to_class: value ?? '' })} options={(classes.data ?? []).map((org) => ({ value: org.id, label: org.title }))}
          />
        </div>
        <div><label htmlFor="move-on">{t('org_change.on')}</label><input id="move-on" type="date" className="bm-input" value={move.on} max={today()} onChange={(event) => change({ on: event.target.value })} /></div>
        <ProblemNote error={preview.error ?? make.error} />
        {ready && <Preview preview={preview.data} />}
        <div className="bm-form-foot">
          <Button disabled={draft.to === '' || held === undefined} loading={preview.isPending} onClick={() => preview.mutate()}>{t('org_change.preview')}</Button>
          <Button type="primary" disabled={!ready} loading={make.isPending} onClick={() => make.mutate()}>{t('person_move.move')}</Button>
        </div>
      </div>
    </Drawer>
  )
}
