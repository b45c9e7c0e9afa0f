// How many notices wait, as the way to them.
import BellOutlined from '@ant-design/icons/es/icons/BellOutlined'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, data } from '@/shared/api/client'

const often_ms = 60_000

export function Bell() {
  const { t } = useTranslation()
  const unread = useQuery({
    queryKey: ['notices', 'unread'],
    queryFn: () => data(api.GET('/api/v1/notices', { params: { query: { unread: true, limit: 1 } } })),
    refetchInterval: often_ms,
  })
  const n = unread.data?.n_unread ?? 0
  const shown = n > 99 ? '99+' : String(n)
  return (
    <Link to="/notices" className="bm-icon-button bm-bell" aria-label={n === 0 ? t('shell.notices') : t('shell.notices_unread', { n: shown })}>
      <BellOutlined aria-hidden="true" />
      {n > 0 && <span className="bm-badge" aria-hidden="true">{shown}</span>}
    </Link>
  )
}
