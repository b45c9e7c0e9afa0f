// Home by role: what needs me, a few figures, ways to begin. All of it comes from the server.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'
import type { Home, Me } from '@/shared/api/types'
import { formatNumber, withUnit } from '@/shared/format/numbers'
import { formatDate } from '@/shared/format/times'
import { useTwo } from '@/shared/i18n/use-two'
import { useMetrics } from '@/shared/metrics'
import { useMe } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { Suppressed } from '@/shared/ui/suppressed'

function Todo({ todo }: { todo: Home['todo'] }) {
  const { t } = useTranslation()
  const two = useTwo()
  return (
    <section className="bm-panel" aria-labelledby="todo">
      <h2 id="todo">{t('home.todo')}</h2>
      {todo.length === 0 && <EmptyState title={t('home.nothing')} hint={t('home.nothing_hint')} />}
      <ul className="bm-todo">
        {todo.map((item) => (
          <li key={`${item.kind} ${item.link}`}><Link to={item.link}><strong>{formatNumber(item.n)}</strong><span>{two(item.title)}</span></Link></li>
        ))}
      </ul>
    </section>
  )
}

/** A figure with all that makes it one: unit, period, n, source, date of the data. */
function Figure({ figure, minCell }: { figure: Home['figures'][number]; minCell?: number }) {
  const { t } = useTranslation()
  const two = useTwo()
  const facts = [
    figure.period && t('home.period', { period: figure.period }),
    figure.n > 0 && t('home.n', { n: formatNumber(figure.n) }),
    two(figure.source),
    t('home.data_at', { date: formatDate(figure.data_at) }),
  ].filter((fact) => typeof fact === 'string' && fact !== '')
  return (
    <div className="bm-panel">
      <dt>{figure.title}</dt>
      <dd>
        {figure.suppressed ? <Suppressed minCell={minCell} /> : figure.value === null || figure.value === undefined ? t('value.none') : formatNumber(figure.value, figure.decimals)}
        {!figure.suppressed && typeof figure.value === 'number' && figure.unit && <small>{withUnit('', figure.unit)}</small>}
      </dd>
      <dd className="bm-figure-foot">{facts.join(' · ')}</dd>
    </div>
  )
}

function Figures({ figures }: { figures: Home['figures'] }) {
  const { t } = useTranslation()
  const metrics = useMetrics()
  if (figures.length === 0) return null
  return (
    <section aria-labelledby="figures">
      <h2 id="figures">{t('home.figures')}</h2>
      <dl className="bm-figures">
        {figures.map((figure) => <Figure key={figure.metric} figure={figure} minCell={metrics.get(figure.metric)?.min_cell} />)}
      </dl>
    </section>
  )
}

function greeting(me: Me | null | undefined, two: ReturnType<typeof useTwo>): string {
  const role = me?.roles[0]
  return role === undefined ? '' : `${two(role.title)} · ${role.org.title}`
}

export default function HomePage() {
  const { t } = useTranslation()
  const two = useTwo()
  const me = useMe()
  const home = useQuery({ queryKey: ['home'], queryFn: () => data(api.GET('/api/v1/home')) })
  return (
    <Page title={t('home.title', { name: me.data?.name ?? '' })} note={greeting(me.data, two)}>
      <QueryView query={home}>
        {({ todo, figures, shortcuts }) => (
          <>
            <Todo todo={todo} />
            <Figures figures={figures} />
            {shortcuts.length > 0 && (
              <section aria-labelledby="shortcuts">
                <h2 id="shortcuts">{t('home.shortcuts')}</h2>
                <ul className="bm-shortcuts">{shortcuts.map((shortcut) => <li key={shortcut.link}><Link to={shortcut.link}>{two(shortcut.title)}</Link></li>)}</ul>
              </section>
            )}
          </>
        )}
      </QueryView>
    </Page>
  )
}
