// A refused change, beside the form or button that asked for it: the server's sentence, its reasons, its code.
import { useTranslation } from 'react-i18next'
import { ApiError } from '../api/client'
import { useTwo } from '../i18n/use-two'

export function ProblemNote({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const two = useTwo()
  if (!error) return null
  if (!(error instanceof ApiError)) return <div role="alert" className="bm-problem">{t('error.unexpected')}</div>
  const { problem } = error
  const reasons = problem.errors ?? []
  return (
    <div role="alert" className="bm-problem">
      <p>{problem.title}</p>
      {reasons.length > 0 && <ul className="bm-reasons">{reasons.map((reason) => <li key={`${reason.where} ${reason.code}`}>{reason.where}: {two(reason.detail)}</li>)}</ul>}
      <code>{problem.code}</code>
    </div>
  )
}
