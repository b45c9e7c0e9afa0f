import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

type Props = { n: number; more: boolean; busy: boolean; onMore: () => void }

/** The foot of a paged list: how many are shown, and the next page. */
export function LoadMore({ n, more, busy, onMore }: Props) {
  const { t } = useTranslation()
  return (
    <div className="bm-more">
      <span>{more ? t('list.shown', { n }) : t('list.all_shown', { n })}</span>
      {more && <Button loading={busy} onClick={onMore}>{t('list.more')}</Button>}
    </div>
  )
}
