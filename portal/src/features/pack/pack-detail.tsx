// What a pack brings: datasets, metrics, dashboards, portraits, targets, and the names of its tests.
import { useQuery } from '@tanstack/react-query'
import { Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Pack, PackDetail } from '@/shared/api/types'
import { QueryView } from '@/shared/ui/query-view'

const parts = ['datasets', 'metrics', 'dashboards', 'portraits', 'targets'] as const

function Detail({ detail }: { detail: PackDetail }) {
  const { t } = useTranslation()
  return (
    <div className="bm-stack">
      <dl className="bm-facts bm-facts-wide">
        <div><dt>{t('packs.purpose')}</dt><dd>{detail.purpose}</dd></div>
        <div><dt>{t('packs.basis')}</dt><dd>{detail.basis}</dd></div>
        {detail.needs.length > 0 && <div><dt>{t('packs.needs')}</dt><dd>{detail.needs.join(t('list.comma'))}</dd></div>}
      </dl>
      {parts.filter((part) => detail[part].length > 0).map((part) => (
        <section key={part}>
          <h3>{t(`packs.${part}`)} ({detail[part].length})</h3>
          <ul className="bm-inline">{detail[part].map((one) => <li key={one.id}>{one.title} <code>{one.id}</code></li>)}</ul>
        </section>
      ))}
      <section>
        <h3>{t('packs.tests')} ({detail.tests.length})</h3>
        {detail.tests.length === 0 ? <p>{t('packs.no_tests')}</p> : <ul className="bm-reasons">{detail.tests.map((test) => <li key={test}>{test}</li>)}</ul>}
      </section>
    </div>
  )
}

export function PackDrawer({ pack, onClose }: { pack: Pack | null; onClose: () => void }) {
  const id = pack?.id ?? ''
  const detail = useQuery({ queryKey: ['pack', id], queryFn: () => data(api.GET('/api/v1/packs/{id}', { params: { path: { id } } })), enabled: id !== '' })
  return (
    <Drawer open={pack !== null} onClose={onClose} size={640} title={pack ? `${pack.title} ${pack.version}` : ''} destroyOnHidden>
      <QueryView query={detail}>{(one) => <Detail detail={one} />}</QueryView>
    </Drawer>
  )
}
