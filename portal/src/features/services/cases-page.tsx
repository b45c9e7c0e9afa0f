// One's own cases: how far each is and what comes next.
import './services.css'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { Choice } from '@/shared/ui/choice'
import { Page } from '@/shared/ui/page'
import { Paged } from '@/shared/ui/paged'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { CaseCard } from './case-card'
import { readCases, useFirstCases, useFlows } from './queries'
import { ReviewList } from './review-list'

export default function CasesPage() {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const [address, change] = useAddress()
  const flow = address.get('flow') ?? ''
  const flows = useFlows().data?.items ?? []
  const mine = new Set(useFirstCases('waiting').data?.items.map((head) => head.id))
  const empty = <EmptyState title={w('cases.none')} hint={w('cases.none_hint')} action={<Link className="bm-button bm-button-primary" to="/services">{t('menu.services')}</Link>} />
  return (
    <Page title={w('cases.title')} note={w('cases.note')}>
      <ReviewList />
      <div className="bm-query"><Choice label={w('cases.flow')} value={flow} empty={w('cases.all_flows')} options={flows.map((one) => ({ value: one.id, label: two(one.title) }))} onChange={(id) => change({ flow: id })} /></div>
      <Paged queryKey={['cases', 'opened', flow]} fetchPage={(after) => readCases('opened', flow === '' ? undefined : flow, after)} empty={empty}>
        {(heads) => <ul className="bm-case-cards">{heads.map((head) => <CaseCard key={head.id} head={head} flow={flows.find((one) => one.id === head.flow)} isMine={mine.has(head.id)} />)}</ul>}
      </Paged>
    </Page>
  )
}
