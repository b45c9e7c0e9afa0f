import { Button } from 'antd'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { RowSource } from '@/pack-ui/grid/row-source'
import { formatNumber } from '@/shared/format/numbers'
import { ProblemNote } from '@/shared/ui/problem-note'

/** How many rows were read so far, and a way on when the next page failed. */
export function RowCount({ source }: { source: RowSource }) {
  const { t } = useTranslation()
  useSyncExternalStore(source.subscribe, source.snapshot)
  return (
    <>
      <p className="bm-foot" data-testid="row-count" data-rows={source.rows.length} data-more={source.more}>{t(source.more ? 'list.shown' : 'list.all_shown', { n: formatNumber(source.rows.length) })}</p>
      {source.error !== null && <><ProblemNote error={source.error} /><Button onClick={() => source.retry()}>{t('action.retry')}</Button></>}
    </>
  )
}
