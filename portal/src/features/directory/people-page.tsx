// People that the reader may see; fields above the reader's level arrive masked or not at all.
import '@/pack-ui/pack-ui.css'
import { Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Person } from '@/shared/api/types'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { useRoleTitle, useSexTitle } from './words'

export default function PeoplePage() {
  const { t } = useTranslation()
  const roleTitle = useRoleTitle()
  const sexTitle = useSexTitle()
  const [address, change] = useAddress()
  const q = address.get('q') ?? ''
  const org = address.get('org') ?? undefined
  const role = address.get('role') ?? undefined
  const columns: PlainColumn<Person>[] = [
    { key: 'name', title: t('people.name'), render: (person) => <Link to={`/person?id=${person.id}`}>{person.name}</Link> },
    { key: 'sex', title: t('people.sex'), render: (person) => sexTitle(person.sex) },
    { key: 'birth', title: t('people.birth'), render: (person) => person.birth ?? t('value.hidden') },
    { key: 'roles', title: t('people.roles'), render: (person) => person.roles.map(roleTitle).join(t('list.comma')) },
    { key: 'org', title: t('people.org'), render: (person) => person.org?.title ?? '' },
  ]
  return (
    <Page title={t('menu.people')} note={t('people.note')}>
      <div className="bm-query">
        <Input.Search aria-label={t('people.search')} placeholder={t('people.search')} defaultValue={q} allowClear onSearch={(text) => change({ q: text.trim() })} />
        {role && <button type="button" className="bm-chip" onClick={() => change({ role: undefined })}>{roleTitle(role)} ×</button>}
        {org && <button type="button" className="bm-plain-button" onClick={() => change({ org: undefined })}>{t('people.all_orgs')}</button>}
      </div>
      <Paged
        queryKey={['people', q, org ?? '', role ?? '']}
        fetchPage={(after) => data(api.GET('/api/v1/people', { params: { query: { q: q || undefined, org, role, after } } }))}
        empty={<EmptyState title={t('people.none')} hint={q ? t('state.try_other_words') : undefined} />}
      >
        {(people) => <PlainTable label={t('menu.people')} columns={columns} rows={people} rowKey={(person) => person.id} />}
      </Paged>
    </Page>
  )
}
