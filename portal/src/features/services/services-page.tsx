// The service hall: what one has under way, and what one may apply for, by event of life.
import './services.css'
import { Input } from 'antd'
import { useDeferredValue } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Flow } from '@/shared/api/types'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { useMe } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { CaseCard } from './case-card'
import { useFirstCases, useFlows } from './queries'
import { useDesk } from './words'

const mostUnderWay = 4

/** Cases of one's own that are not closed, the ones that wait for oneself first. */
function UnderWay({ flows }: { flows: Flow[] }) {
  const w = useServiceWords()
  const opened = useFirstCases('opened')
  const waiting = useFirstCases('waiting')
  const mine = new Set(waiting.data?.items.map((head) => head.id))
  const open = (opened.data?.items ?? []).filter((head) => head.closed_at === undefined).sort((a, b) => Number(mine.has(b.id)) - Number(mine.has(a.id)))
  if (opened.data !== undefined && opened.data.items.length === 0) return null
  return (
    <section className="bm-panel" aria-labelledby="under-way">
      <h2 id="under-way">{w('hall.under_way')}</h2>
      <QueryView query={opened} rows={2}>
        {() => (
          <>
            {open.length === 0 ? <p>{w('hall.none_open')}</p> : <ul className="bm-case-cards">{open.slice(0, mostUnderWay).map((head) => <CaseCard key={head.id} head={head} flow={flows.find((flow) => flow.id === head.flow)} isMine={mine.has(head.id)} />)}</ul>}
            <p className="bm-foot"><Link to="/cases">{w('hall.all_cases')}</Link></p>
          </>
        )}
      </QueryView>
    </section>
  )
}

function ServiceCard({ flow }: { flow: Flow }) {
  const w = useServiceWords()
  const two = useTwo()
  const desk = useDesk()
  return (
    <li className="bm-panel bm-service">
      <h3><Link to={`/service?id=${encodeURIComponent(flow.id)}`}>{two(flow.title)}</Link></h3>
      <p className="bm-clamp">{two(flow.guide)}</p>
      <p className="bm-foot">{w('hall.who', { who: desk(flow, flow.states[0]?.id ?? '') })}</p>
    </li>
  )
}

/** Services by event of life in the order of their first; those without one last. */
export function byEvent(flows: Flow[]): { event: Flow['life_event']; flows: Flow[] }[] {
  const codes = [...new Set(flows.map((flow) => flow.life_event?.code ?? ''))].sort((a, b) => Number(a === '') - Number(b === ''))
  return codes.map((code) => {
    const those = flows.filter((flow) => (flow.life_event?.code ?? '') === code)
    return { event: those[0]?.life_event, flows: those }
  })
}

function Services({ flows }: { flows: Flow[] }) {
  const w = useServiceWords()
  const two = useTwo()
  return byEvent(flows).map(({ event, flows: those }) => (
    <section key={event?.code ?? ''} aria-label={event ? two(event.title) : w('hall.other_events')}>
      <h2>{event ? two(event.title) : w('hall.other_events')}</h2>
      <ul className="bm-cards">{those.map((flow) => <ServiceCard key={flow.id} flow={flow} />)}</ul>
    </section>
  ))
}

function Hall({ flows }: { flows: Flow[] }) {
  const w = useServiceWords()
  const [address, change] = useAddress()
  const q = useDeferredValue((address.get('q') ?? '').trim().toLowerCase())
  const found = flows.filter((flow) => q === '' || [flow.title.zh, flow.title.en, flow.guide.zh, flow.guide.en].some((text) => text.toLowerCase().includes(q)))
  const mine = found.filter((flow) => flow.can_start)
  const others = found.filter((flow) => !flow.can_start)
  return (
    <>
      <UnderWay flows={flows} />
      <div className="bm-query"><Input.Search allowClear aria-label={w('hall.search')} placeholder={w('hall.search')} defaultValue={address.get('q') ?? ''} onChange={(event) => change({ q: event.target.value })} /></div>
      {found.length === 0 && <EmptyState title={w('hall.none_found')} hint={w('hall.none_found_hint')} />}
      {found.length > 0 && mine.length === 0 && <EmptyState title={w('hall.none_for_you')} hint={w('hall.none_for_you_hint')} />}
      <Services flows={mine} />
      {others.length > 0 && <details className="bm-details bm-others" open={q !== ''}><summary>{w('hall.others', { n: others.length })}</summary><Services flows={others} /></details>}
    </>
  )
}

export default function ServicesPage() {
  const { t } = useTranslation()
  const w = useServiceWords()
  const two = useTwo()
  const role = useMe().data?.roles[0]
  const flows = useFlows()
  return (
    <Page title={t('menu.services')} note={role && w('hall.note', { role: two(role.title), org: role.org.title })}>
      <QueryView query={flows} isEmpty={(list) => list.items.length === 0} empty={<EmptyState title={w('hall.none')} hint={w('hall.none_hint')} />}>
        {(list) => <Hall flows={list.items} />}
      </QueryView>
    </Page>
  )
}
