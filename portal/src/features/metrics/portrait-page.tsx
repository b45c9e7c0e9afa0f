// The portrait of one's own child (or oneself), for a family: the trend, what is strong, what to practise, every result against the standard.
// Nobody is compared with other children.
import '@/pack-ui/pack-ui.css'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { BandTag, PortraitResult, useStep } from '@/pack-ui/cards/portrait-item'
import { Trend } from '@/pack-ui/charts/trend'
import { api, data } from '@/shared/api/client'
import type { Portrait } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useTwo } from '@/shared/i18n/use-two'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'

function Total({ portrait }: { portrait: Portrait }) {
  const { t } = useTranslation()
  const two = useTwo()
  const last = portrait.totals.at(-1)
  if (last === undefined) return null
  const points = portrait.totals.map((total) => ({ at: total.period, value: total.value, text: formatNumber(total.value) }))
  const said = portrait.totals.map((total) => `${total.period} ${formatNumber(total.value)} ${two(portrait.total_unit)} ${two(total.level)}`).join(t('list.comma'))
  return (
    <section className="bm-panel bm-total" aria-label={t('portrait.total')}>
      <div>
        <h2>{t('portrait.total')}</h2>
        <p className="bm-total-value">{formatNumber(last.value)}<small>{two(portrait.total_unit)}</small></p>
        <p>{t('portrait.level', { period: last.period, level: two(last.level) })}</p>
      </div>
      {points.length > 1 && <Trend points={points} label={said} ticks={portrait.bands.map((band) => band.from).filter((from) => from > 0)} end={100} />}
    </section>
  )
}

function Practise({ portrait }: { portrait: Portrait }) {
  const { t } = useTranslation()
  const two = useTwo()
  const stepOf = useStep()
  const strong = portrait.items.filter((item) => item.band === 0)
  const advised = portrait.practise.flatMap((code) => portrait.items.filter((item) => item.code === code))
  return (
    <>
      {strong.length > 0 && (
        <section className="bm-panel bm-strong" aria-label={t('portrait.strong')}>
          <h2>{t('portrait.strong')}</h2>
          <p>{strong.map((item) => two(item.title)).join(t('list.comma'))}</p>
          <p>{two(portrait.bands[0]?.say ?? { zh: '', en: '' })}</p>
        </section>
      )}
      {advised.length > 0 && (
        <section aria-label={t('portrait.practise')}>
          <h2>{t('portrait.practise')}</h2>
          <ul className="bm-advice">
            {advised.map((item) => (
              <li key={item.code} className="bm-panel">
                <h3>{two(item.title)} {item.band !== undefined && <BandTag portrait={portrait} band={item.band} />}</h3>
                <p><strong>{two(item.practise)}</strong></p>
                {item.next !== undefined && <p>{stepOf(portrait, item)}</p>}
                {item.band !== undefined && <p className="bm-page-note">{two(portrait.bands[item.band]?.say ?? { zh: '', en: '' })}</p>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Body({ portrait }: { portrait: Portrait }) {
  const { t } = useTranslation()
  const two = useTwo()
  const tested = portrait.items.filter((item) => item.band !== undefined)
  const former = portrait.items.filter((item) => item.band === undefined)
  if (portrait.items.length === 0) return <EmptyState title={t('portrait.none_yet')} hint={t('portrait.none_yet_hint')} />
  return (
    <>
      <Total portrait={portrait} />
      <Practise portrait={portrait} />
      <section className="bm-panel" aria-label={t('portrait.results', { period: portrait.period })}>
        <h2>{t('portrait.results', { period: portrait.period })}</h2>
        <ul className="bm-results">{tested.map((item) => <PortraitResult key={item.code} portrait={portrait} item={item} />)}</ul>
        {former.length > 0 && <><h3>{t('portrait.former')}</h3><ul className="bm-results">{former.map((item) => <PortraitResult key={item.code} portrait={portrait} item={item} />)}</ul></>}
      </section>
      <footer className="bm-card-foot">
        <span>{t('card.source', { source: two(portrait.source) })}</span><span>{t('portrait.standard', { standard: two(portrait.standard) })}</span>
        {portrait.updated_at && <span>{t('card.as_of', { at: formatTime(portrait.updated_at) })}</span>}
      </footer>
    </>
  )
}

export default function PortraitPage() {
  const { t } = useTranslation()
  const two = useTwo()
  const [address, change] = useAddress()
  const family = useQuery({ queryKey: ['portraits'], queryFn: () => data(api.GET('/api/v1/portraits')) })
  const id = address.get('id') ?? family.data?.items[0]?.id ?? ''
  const person = address.get('person') ?? family.data?.persons[0]?.id ?? ''
  const portrait = useQuery({
    queryKey: ['portrait', id, person], queryFn: () => data(api.GET('/api/v1/portraits/{id}', { params: { path: { id }, query: { person } } })),
    enabled: id !== '' && person !== '', placeholderData: keepPreviousData,
  })
  const none = <EmptyState title={t('portrait.nobody')} hint={t('portrait.nobody_hint')} />
  return (
    <QueryView query={family} isEmpty={(page) => page.persons.length === 0 || page.items.length === 0} empty={none}>
      {({ items, persons }) => (
        <Page title={two(items.find((one) => one.id === id)?.title ?? { zh: t('menu.portrait'), en: t('menu.portrait') })} note={t('portrait.note')}>
          <div className="bm-choice">
            {items.length > 1 && items.map((one) => <button key={one.id} type="button" className="bm-chip" aria-pressed={one.id === id} onClick={() => change({ id: one.id })}>{two(one.title)}</button>)}
            {persons.map((one) => <button key={one.id} type="button" className="bm-chip" aria-pressed={one.id === person} onClick={() => change({ person: one.id })}>{one.name}</button>)}
          </div>
          <QueryView query={portrait}>{(found) => <div className="bm-portrait" aria-busy={portrait.isPlaceholderData}><Body portrait={found} /></div>}</QueryView>
        </Page>
      )}
    </QueryView>
  )
}
