// The four states of every list: loading, empty, error, no permission. Each says what to do next.
import { Button, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../api/client'
import { useTwo } from '../i18n/use-two'

function Plate(props: { mark: string; title: string; hint?: string; code?: string; action?: ReactNode; role?: 'alert' | 'status' }) {
  return (
    <div className={`bm-plate bm-plate-${props.mark}`} role={props.role}>
      <div className="bm-plate-mark" aria-hidden="true" />
      <p className="bm-plate-title">{props.title}</p>
      {props.hint && <p className="bm-plate-hint">{props.hint}</p>}
      {props.code && <p className="bm-plate-code"><code>{props.code}</code></p>}
      {props.action}
    </div>
  )
}

export function EmptyState(props: { title?: string; hint?: string; action?: ReactNode }) {
  const { t } = useTranslation()
  return <Plate mark="empty" role="status" title={props.title ?? t('state.empty')} hint={props.hint} action={props.action} />
}

export function LoadingState(props: { rows?: number }) {
  const { t } = useTranslation()
  return (
    <div role="status" aria-label={t('state.loading')} className="bm-loading">
      <Skeleton active title={false} paragraph={{ rows: props.rows ?? 5 }} />
    </div>
  )
}

export function NoPermission(props: { hint?: string }) {
  const { t } = useTranslation()
  return <Plate mark="locked" role="status" title={t('state.no_permission')} hint={props.hint ?? t('state.no_permission_hint')} />
}

/** The server's sentence, its reasons and its code; 403 becomes the no-permission state. */
export function ErrorState(props: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation()
  const two = useTwo()
  if (!(props.error instanceof ApiError)) {
    return <Plate mark="error" role="alert" title={t('error.unexpected')} hint={t('error.unexpected_hint')} />
  }
  const { problem } = props.error
  if (problem.status === 403) return <NoPermission hint={problem.detail ? two(problem.detail) : undefined} />
  const reasons = (problem.errors ?? []).map((reason) => `${reason.where}: ${two(reason.detail)}`)
  const hint = [problem.detail ? two(problem.detail) : '', ...reasons].filter((text) => text !== '' && text !== problem.title).join(' ')
  const code = problem.request_id ? `${problem.code} · ${problem.request_id}` : problem.code
  const action = props.retry && <Button onClick={props.retry}>{t('action.retry')}</Button>
  return <Plate mark="error" role="alert" title={problem.title} hint={hint} code={code} action={action} />
}
