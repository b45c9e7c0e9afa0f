// Where a figure comes from.
import '@/pack-ui/pack-ui.css'
import { useTranslation } from 'react-i18next'
import { Page } from '@/shared/ui/page'
import { useAddress } from '@/shared/ui/search-params'
import { EmptyState } from '@/shared/ui/states'
import { LineageFigure, readFigure } from './lineage-figure'
import { LineagePanel } from './lineage-panel'

export default function LineagePage() {
  const { t } = useTranslation()
  const [address] = useAddress()
  const metric = address.get('metric') ?? undefined
  const dataset = address.get('dataset') ?? undefined
  const figure = readFigure(address)
  return (
    <Page title={t('lineage.title')} crumbs={[{ title: t('menu.datasets'), to: '/datasets' }]} note={t('lineage.note')}>
      {figure && <LineageFigure {...figure} />}
      {metric === undefined && dataset === undefined ? <EmptyState title={t('lineage.choose')} /> : <LineagePanel metric={metric} dataset={dataset} />}
    </Page>
  )
}
