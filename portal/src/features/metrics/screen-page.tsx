// The wall of a city leader: one question a screen, the answer in the middle, five to eight tiles around it; several screens take turns. Made for
// 1920x1080; figures are fetched anew while it stands.
import '@/pack-ui/pack-ui.css'
import './screen.css'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Dashboard, DashboardRef } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { QueryView } from '@/shared/ui/query-view'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { ScreenTile } from './screen-tile'
import { columnsFor } from './screen-layout'
import { chosenWhere, periodOf } from './where'

const refreshMs = 15_000
const defaultTurn = 30

function Clock() {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1000)
    return () => clearInterval(timer)
  }, [])
  return <time className="bm-wall-clock" dateTime={now.toISOString()}>{formatTime(now.toISOString())}</time>
}

function Wall({ dashboard }: { dashboard: Dashboard }) {
  const period = periodOf(dashboard, chosenWhere(dashboard, {}))
  const { left, middle, right, main } = columnsFor(dashboard.cards)
  const tile = (card: Dashboard['cards'][number]) => <ScreenTile key={card.id} card={card} period={period} />
  return (
    <div className="bm-wall-grid">
      <div className="bm-wall-column">{left.map(tile)}</div>
      <div className="bm-wall-column bm-wall-middle">
        {main && <ScreenTile card={main} period={period} large />}
        {middle.length > 0 && <div className="bm-wall-row">{middle.map(tile)}</div>}
      </div>
      <div className="bm-wall-column">{right.map(tile)}</div>
    </div>
  )
}

/** Which screen stands now; moves on by itself unless held. */
function useTurns(screens: DashboardRef[], turnSeconds: number) {
  const [address, change] = useAddress()
  const [held, setHeld] = useState(address.get('hold') === '1')
  const at = Math.max(0, screens.findIndex((screen) => screen.id === address.get('id')))
  const go = useCallback((step: number) => {
    const next = screens[(at + step + screens.length) % screens.length]
    if (next) change({ id: next.id })
  }, [screens, at, change])
  useEffect(() => {
    if (held || screens.length < 2) return undefined
    const timer = setTimeout(() => go(1), turnSeconds * 1000)
    return () => clearTimeout(timer)
  }, [held, screens.length, turnSeconds, go])
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === 'ArrowRight') go(1)
      if (event.key === 'ArrowLeft') go(-1)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [go])
  return { screen: screens[at], at, go, held, hold: () => setHeld(!held) }
}

function Screens({ screens }: { screens: DashboardRef[] }) {
  const { t } = useTranslation()
  const [address] = useAddress()
  const asked = Number(address.get('every'))
  const { screen, at, go, held, hold } = useTurns(screens, asked >= 5 && asked <= 3600 ? asked : defaultTurn)
  const id = screen?.id ?? ''
  const dashboard = useQuery({
    queryKey: ['dashboard', id, {}], queryFn: () => data(api.GET('/api/v1/dashboards/{id}', { params: { path: { id }, query: { filter: [] } } })),
    refetchInterval: refreshMs, refetchIntervalInBackground: true, placeholderData: keepPreviousData, enabled: id !== '',
  })
  useEffect(() => {
    if (screen) document.title = `${screen.title} - ${t('app.name')}`
  }, [screen, t])
  return (
    <main className="bm-wall" id="content">
      <header className="bm-wall-head">
        <p className="bm-wall-brand">{t('app.name')}</p>
        <h1>{screen?.title}</h1>
        <Clock />
      </header>
      <QueryView query={dashboard}>{(one) => <Wall dashboard={one} />}</QueryView>
      <footer className="bm-wall-foot">
        <span>{dashboard.error ? t('screen.stale') : t('screen.live', { at: formatTime(dashboard.data?.as_of) })}</span>
        <nav aria-label={t('screen.turns')}>
          {screens.length > 1 && <button type="button" onClick={() => go(-1)}>{t('screen.before')}</button>}
          {screens.length > 1 && <span>{t('screen.of', { at: at + 1, n: screens.length })}</span>}
          {screens.length > 1 && <button type="button" onClick={() => go(1)}>{t('screen.next')}</button>}
          {screens.length > 1 && <button type="button" aria-pressed={held} onClick={hold}>{t('screen.hold')}</button>}
          <button type="button" onClick={() => void document.documentElement.requestFullscreen()}>{t('screen.full')}</button>
          <Link to="/dashboards">{t('screen.leave')}</Link>
        </nav>
      </footer>
    </main>
  )
}

export default function ScreenPage() {
  const { t } = useTranslation()
  const dashboards = useQuery({ queryKey: ['dashboards'], queryFn: () => data(api.GET('/api/v1/dashboards')) })
  const screens = dashboards.data?.items.filter((one) => one.screen) ?? []
  return (
    <QueryView query={dashboards} isEmpty={() => screens.length === 0} empty={<main className="bm-alone"><EmptyState title={t('screen.none')} hint={t('screen.none_hint')} action={<Link to="/dashboards">{t('menu.dashboards')}</Link>} /></main>}>
      {() => <Screens screens={screens} />}
    </QueryView>
  )
}
