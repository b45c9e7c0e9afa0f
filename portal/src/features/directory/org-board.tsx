// What a pack shows on an organisation's page: the cards of one dashboard, narrowed to the organisation. Explained and drilled on its own page.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { CardFrame } from '@/pack-ui/cards/card-frame'
import { api, data } from '@/shared/api/client'
import type { Dashboard, OrgFace } from '@/shared/api/types'
import { useDatasetTitles } from '@/shared/datasets'
import { useTwo } from '@/shared/i18n/use-two'
import { useMetrics } from '@/shared/metrics'
import { QueryView } from '@/shared/ui/query-view'

function addressOf({ id, filter }: OrgFace['boards'][number]): string {
  const [level = '', org = ''] = filter.split(':')
  return `/dashboard?${new URLSearchParams({ id, [`f.${level}`]: org }).toString()}`
}

/** The period that the filters have chosen, in the words of their lists. */
function periodOf(dashboard: Dashboard): string {
  const chosen = dashboard.filters.flatMap((filter) => filter.values.filter((value) => String(value.value) === String(filter.current ?? '')).map((value) => value.title))
  return chosen.join(' ')
}

export function OrgBoard({ board }: { board: OrgFace['boards'][number] }) {
  const { t } = useTranslation()
  const two = useTwo()
  const navigate = useNavigate()
  const metrics = useMetrics()
  const sourceOf = useDatasetTitles()
  const { id, filter } = board
  const query = useQuery({ queryKey: ['org-board', id, filter], queryFn: () => data(api.GET('/api/v1/dashboards/{id}', { params: { path: { id }, query: { filter: [filter] } } })) })
  const open = addressOf(board)
  return (
    <section aria-labelledby={`board-${id}`}>
      <h2 id={`board-${id}`}>{two(board.title)} <Link to={open} className="bm-figure-foot">{t('orgs.whole_board')}</Link></h2>
      <QueryView query={query}>
        {(dashboard) => (
          <div className="bm-boards">
            {dashboard.cards.map((card) => (
              <CardFrame
                key={card.id} card={card} result={card.result} metrics={metrics} period={periodOf(dashboard)} sourceOf={sourceOf} path={[]}
                onBack={() => undefined} onExplain={() => void navigate(open)}
              />
            ))}
          </div>
        )}
      </QueryView>
    </section>
  )
}
