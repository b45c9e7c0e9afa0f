// Installed scene packs: what each brings, whether its own tests passed, how many there are of those that the plan wants; checking and installing one.
import '@/pack-ui/pack-ui.css'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Pack, Packs } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { useRight } from '@/shared/session/use-me'
import { Page } from '@/shared/ui/page'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { Tag } from '@/shared/ui/tag'
import { PackDrawer } from './pack-detail'
import { TakePack } from './take-pack'

/** How far the packs are on the plan's way: the target that counts them says how many there shall be, and by when. */
function Counts({ counts }: { counts: NonNullable<Packs['counts']> }) {
  const { t } = useTranslation()
  return counts.map((count) => {
    const end = Math.max(1, count.n, ...count.goals.map((goal) => goal.target))
    const goals = count.goals.map((goal) => `${goal.year}: ${formatNumber(goal.target)}`).join(t('list.comma'))
    return (
      <section key={count.target} className="bm-panel" aria-label={count.item}>
        <h2>{count.item}</h2>
        <p className="bm-pack-count"><strong>{formatNumber(count.n)}</strong> / {formatNumber(count.goals.at(-1)?.target ?? 0)} {count.unit} <small>{t('packs.count_note', { tag: count.tag, goals })}</small></p>
        <span className="bm-bullet" role="img" aria-label={t('packs.count_label', { n: count.n, goals })}>
          <i className="bm-bullet-bar" style={{ width: `${(count.n / end) * 100}%`, background: 'var(--blue)' }} />
          {count.goals.map((goal) => <i key={goal.year} className="bm-bullet-goal" style={{ left: `${Math.min(99.5, (goal.target / end) * 100)}%` }} />)}
        </span>
      </section>
    )
  })
}

export default function PacksPage() {
  const { t } = useTranslation()
  const mayInstall = useRight('packs.install')
  const [open, setOpen] = useState<Pack | null>(null)
  const packs = useQuery({ queryKey: ['packs'], queryFn: () => data(api.GET('/api/v1/packs')) })
  const count = (key: string, title: string, read: (pack: Pack) => number): PlainColumn<Pack> => ({ key, title, align: 'right', render: (pack) => formatNumber(read(pack)) })
  const columns: PlainColumn<Pack>[] = [
    { key: 'title', title: t('packs.title'), render: (pack) => <><button type="button" className="bm-link" onClick={() => setOpen(pack)}><strong>{pack.title}</strong></button> <code>{pack.id}</code></> },
    { key: 'version', title: t('packs.version'), render: (pack) => pack.version },
    { key: 'owner', title: t('packs.owner'), render: (pack) => pack.owner },
    count('datasets', t('packs.datasets'), (pack) => pack.n_datasets),
    count('metrics', t('packs.metrics'), (pack) => pack.n_metrics),
    count('dashboards', t('packs.dashboards'), (pack) => pack.n_dashboards),
    count('targets', t('packs.targets'), (pack) => pack.n_targets),
    {
      key: 'tests',
      title: t('packs.tests'),
      render: ({ n_tests }) => (n_tests === 0 ? '—' : <Tag tone="green">{t('packs.tests_text', { passed: n_tests })}</Tag>),
    },
  ]
  return (
    <Page title={t('menu.packs')} note={t('packs.note')}>
      <QueryView query={packs} isEmpty={(page) => page.items.length === 0}>
        {(page) => (
          <>
            <Counts counts={page.counts ?? []} />
            {(page.waiting ?? []).length > 0 && <p className="bm-note-warn" role="status">{t('packs.waiting', { list: (page.waiting ?? []).map((one) => `${one.id} ${one.version}`).join(t('list.comma')) })}</p>}
            <PlainTable label={t('menu.packs')} columns={columns} rows={page.items} rowKey={(pack) => pack.id} />
          </>
        )}
      </QueryView>
      {mayInstall && <div className="bm-after"><TakePack /></div>}
      <PackDrawer pack={open} onClose={() => setOpen(null)} />
    </Page>
  )
}
