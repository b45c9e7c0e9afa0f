// People that the reader may see; fields above the reader's level arrive masked or not at all.
import '@/pack-ui/pack-ui.css'
import { Drawer, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Person } from '@/shared/api/types'
import { formatDate } from '@/shared/format/times'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { PersonDetail } from './person-detail'
import { useRoleTitle, useSexTitle } from './words'

export default function PeoplePage() {
  const { t } = useTranslation()
  const roleTitle = useRoleTitle()
  const sexTitle = useSexTitle()
  const [address, change] = useAddress()
  const q = address.get('q') ?? ''
  const org = address.get('org') ?? undefined
  const chosen = address.get('id')
  const columns: PlainColumn<Person>[] = [
    { key: 'name', title: t('people.name'), render: (person) => <button type="button" className="bm-link" onClick={() => change({ id: person.id })}>{person.name}</button> },
    { key: 'sex', title: t('people.sex'), render: (person) => sexTitle(person.sex) },
    { key: 'birth', title: t('people.birth'), render: (person) => person.birth ?? t('value.hidden') },
    { key: 'roles', title: t('people.roles'), render: (person) => person.roles.map(roleTitle).join(t('list.comma')) },
    { key: 'org', title: t('people.org'), render: (person) => person.org?.title ?? '' },
  ]
  return (
    <Page title={t('menu.people')} note={t('people.note')}>
      <div className="bm-query">
        <Input.Search aria-label={t('people.search')} placeholder={t('people.search')} defaultValue={q} allowClear onSearch={(text) => change({ q: text.trim() })} />
        {org && <button type="button" className="bm-plain-button" onClick={() => change({ org: undefined })}>{t('people.all_orgs')}</button>}
      </div>
      <Paged
        queryKey={['people', q, org ?? '']}
        fetchPage={(after) => data(api.GET('/api/v1/people', { params: { query: { q: q || undefined, org, after } } }))}
        empty={<EmptyState title={t('people.none')} hint={q ? t('state.try_other_words') : undefined} />}
      >
        {(people) => <PlainTable label={t('menu.people')} columns={columns} rows={people} rowKey={(person) => person.id} />}
      </Paged>
      <Drawer open={chosen !== null} onClose={() => change({ id: undefined })} title={t('people.detail')} size={420}>
        {chosen && <PersonDetail id={chosen} dates={formatDate} />}
      </Drawer>
    </Page>
  )
}
