// What a pupil did, for the pupil and the family: a plain time-line that reads on a phone. Nobody is compared with others.
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import { useLearningWords } from '@/shared/i18n/learning'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { EmptyState } from '@/shared/ui/states'
import { DayList } from './day-list'
import { RecordSheet } from './record-sheet'
import { useOpenRecord } from './use-open-record'

export function Family() {
  const { t } = useTranslation()
  const w = useLearningWords()
  const { place, open, close } = useOpenRecord()
  return (
    <Page title={t('menu.learning')} note={w('stream.family_note')}>
      <Paged
        queryKey={['learning', 'family']}
        fetchPage={(after) => data(api.GET('/api/v1/learning/statements', { params: { query: { after } } }))}
        empty={<EmptyState title={w('timeline.none')} hint={w('stream.none_family')} />}
      >
        {(records) => <DayList records={records} plain onOpen={open} />}
      </Paged>
      {place && <RecordSheet place={place} plain onClose={close} />}
    </Page>
  )
}
