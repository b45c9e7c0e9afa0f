// Says that the server does not answer, and asks again; when it answers, everything on the screen is read anew.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { retryNow, useConnectionLost } from '@/shared/connection'

export function ConnectionBar() {
  const { t } = useTranslation()
  const lost = useConnectionLost()
  const wasLost = useRef(false)
  const cache = useQueryClient()
  useEffect(() => {
    if (wasLost.current && !lost) void cache.invalidateQueries()
    wasLost.current = lost
  }, [lost, cache])
  return (
    <div role="status" className={lost ? 'bm-lost' : undefined}>
      {lost && <>{t('shell.lost')} <button type="button" className="bm-plain-button" onClick={retryNow}>{t('action.retry')}</button></>}
    </div>
  )
}
