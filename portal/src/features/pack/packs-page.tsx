// Installed scene packs: what each brings and whether its own tests passed.
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Pack } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { Page } from '@/shared/ui/page'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { QueryView } from '@/shared/ui/query-view'
import { Tag } from '@/shared/ui/tag'

export default function PacksPage() {
  const { t } = useTranslation()
  const packs = useQuery({ queryKey: ['packs'], queryFn: () => data(api.GET('/api/v1/packs')) })
  const count = (key: string, title: string, read: (pack: Pack) => number): PlainColumn<Pack> => ({ key, title, align: 'right', render: (pack) => formatNumber(read(pack)) })
  const columns: PlainColumn<Pack>[] = [
    { key: 'title', title: t('packs.title'), render: (pack) => <><strong>{pack.title}</strong> <code>{pack.id}</code></> },
    { key: 'version', title: t('packs.version'), render: (pack) => pack.version },
    { key: 'owner', title: t('packs.owner'), render: (pack) => pack.owner },
    count('datasets', t('packs.datasets'), (pack) => pack.n_datasets),
    count('metrics', t('packs.metrics'), (pack) => pack.n_metrics),
    count('dashboards', t('packs.dashboards'), (pack) => pack.n_dashboards),
    count('targets', t('packs.targets'), (pack) => pack.n_targets),
    {
      key: 'tests',
      title: t('packs.tests'),
      render: ({ tests, n_tests }) => <Tag tone={tests && tests.failed > 0 ? 'red' : 'green'}>{t('packs.tests_text', { passed: tests?.passed ?? n_tests ?? 0, failed: tests?.failed ?? 0 })}</Tag>,
    },
  ]
  return (
    <Page title={t('menu.packs')} note={t('packs.note')}>
      <QueryView query={packs} isEmpty={(page) => page.items.length === 0}>
        {(page) => <PlainTable label={t('menu.packs')} columns={columns} rows={page.items} rowKey={(pack) => pack.id} />}
      </QueryView>
    </Page>
  )
}
