// One person by rights: basics and contact as far as the reader's level goes, every membership in time, accounts, and the move to another school.
import '@/pack-ui/pack-ui.css'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { PersonDetail } from '@/shared/api/types'
import { formatDate } from '@/shared/format/times'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'
import { PersonContact } from './person-contact'
import { PersonMoveDrawer } from './person-move-drawer'
import { useRoleTitle, useSexTitle } from './words'

function Facts({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const sexTitle = useSexTitle()
  const reads = useRight('datasets.read')
  return (
    <section className="bm-panel" aria-label={t('people.detail')}>
      <dl className="bm-facts">
        <div><dt>{t('people.name')}</dt><dd>{person.name}</dd></div>
        <div><dt>{t('people.sex')}</dt><dd>{sexTitle(person.sex)}</dd></div>
        <div><dt>{t('people.birth')}</dt><dd>{person.birth ?? t('value.hidden')}</dd></div>
        <div><dt>{t('people.code')}</dt><dd>{person.code ?? t('value.hidden')}</dd></div>
        <div><dt>{t('people.org')}</dt><dd>{person.org ? <Link to={`/org?id=${person.org.id}`}>{person.org.title}</Link> : t('value.none')}</dd></div>
      </dl>
      <p className="bm-links">{reads && <Link to={`/timeline?person=${person.id}`}>{t('menu.learning')}</Link>}</p>
      {person.masked && <p className="bm-foot">{t('people.masked')}</p>}
    </section>
  )
}

function Memberships({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const roleTitle = useRoleTitle()
  return (
    <section className="bm-panel" aria-labelledby="memberships">
      <h2 id="memberships">{t('people.memberships')}</h2>
      {person.memberships.length === 0 && <EmptyState title={t('people.no_memberships')} />}
      <ol className="bm-timeline">
        {person.memberships.map((membership) => (
          <li key={`${membership.org.id} ${membership.role} ${membership.from}`}>
            <strong><Link to={`/org?id=${membership.org.id}`}>{membership.org.title}</Link></strong> {roleTitle(membership.role)}{' '}
            <small>{formatDate(membership.from)} – {membership.to ? formatDate(membership.to) : t('orgs.today')}</small>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Accounts({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  if (!person.can_manage) return null
  return (
    <section className="bm-panel" aria-labelledby="accounts">
      <h2 id="accounts">{t('people.accounts')}</h2>
      {person.accounts.length === 0 ? <EmptyState title={t('people.no_accounts')} /> : (
        <ul className="bm-inline">
          {person.accounts.map((one) => <li key={one.account}><code>{one.account}</code> <Tag tone={one.enabled ? 'green' : 'grey'}>{t(one.enabled ? 'accounts.enabled' : 'accounts.disabled')}</Tag></li>)}
        </ul>
      )}
    </section>
  )
}

export default function PersonPage() {
  const { t } = useTranslation()
  const [address] = useAddress()
  const [moving, setMoving] = useState(false)
  const id = address.get('id') ?? ''
  const person = useQuery({ queryKey: ['person', id], queryFn: () => data(api.GET('/api/v1/people/{id}', { params: { path: { id } } })) })
  return (
    <Page
      title={person.data?.name ?? t('people.detail')} crumbs={[{ title: t('menu.people'), to: '/people' }]}
      actions={person.data?.can_manage && <Button onClick={() => setMoving(true)}>{t('person_move.move')}</Button>}
    >
      <QueryView query={person}>
        {(one) => (
          <>
            <Facts person={one} />
            <PersonContact key={one.id} person={one} />
            <Memberships person={one} />
            <Accounts person={one} />
            {moving && <PersonMoveDrawer person={one} onClose={() => setMoving(false)} />}
          </>
        )}
      </QueryView>
    </Page>
  )
}
