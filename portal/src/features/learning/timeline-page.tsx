// The time-line of one person or one class.
import '@/pack-ui/pack-ui.css'
import './learning.css'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { useLearningWords } from '@/shared/i18n/learning'
import { useOrgTitle } from '@/shared/org-title'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { DayList } from './day-list'
import { RecordSheet } from './record-sheet'
import { usePersonName } from './stream'
import { useOpenRecord } from './use-open-record'

export default function TimelinePage() {
  const { t } = useTranslation()
  const w = useLearningWords()
  const [address, change] = useAddress()
  const { place, open, close } = useOpenRecord()
  const person = address.get('person') ?? ''
  const klass = address.get('class') ?? ''
  const personName = usePersonName(person)
  const classTitle = useOrgTitle(klass)
  const title = person !== '' ? (personName === undefined ? w('timeline.person') : w('timeline.of_person', { name: personName })) : classTitle === undefined ? w('timeline.class') : w('timeline.of_class', { name: classTitle })
  const from = address.get('from') ?? undefined
  const to = address.get('to') ?? undefined
  const fetchPage = (after: string | undefined) => {
    const query = { after, from, to }
    return person !== ''
      ? data(api.GET('/api/v1/learning/people/{id}/timeline', { params: { path: { id: person }, query } }))
      : data(api.GET('/api/v1/learning/classes/{id}/timeline', { params: { path: { id: klass }, query } }))
  }
  const crumbs = [person !== '' ? { title: personName ?? t('people.detail'), to: `/person?id=${person}` } : { title: classTitle ?? t('orgs.detail'), to: `/org?id=${klass}` }]
  return (
    <Page title={title} crumbs={crumbs}>
      <div className="bm-query">
        <label className="bm-labelled">{w('filter.from')}<input className="bm-select" type="date" value={from ?? ''} max={to} onChange={(event) => change({ from: event.target.value })} /></label>
        <label className="bm-labelled">{w('filter.to')}<input className="bm-select" type="date" value={to ?? ''} min={from} onChange={(event) => change({ to: event.target.value })} /></label>
      </div>
      <Paged queryKey={['learning', 'timeline', person, klass, from ?? '', to ?? '']} fetchPage={fetchPage} empty={<EmptyState title={w('timeline.none')} />}>
        {(records) => <DayList records={records} plain={person !== ''} onOpen={open} />}
      </Paged>
      {place && <RecordSheet place={place} onClose={close} />}
    </Page>
  )
}
