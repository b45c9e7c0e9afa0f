// What can be done with the whole: form or text, save, open, take away (asked twice).
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ProblemNote } from '@/shared/ui/problem-note'
import type { Builder } from './use-builder'

export function EditorBar({ builder, saved }: { builder: Builder; saved?: string }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState(false)
  const { built, turn, save, remove, answer, busy } = builder
  const faulty = answer === undefined || answer.findings.length > 0
  return (
    <div className="bm-builder-bar">
      <div className="bm-query">
        <Button onClick={() => turn.mutate()} loading={turn.isPending} disabled={built.yaml !== null && answer?.form === undefined}>{built.yaml === null ? t('builder.as_text') : t('builder.as_form')}</Button>
        <Button type="primary" loading={save.isPending} disabled={faulty || busy || builder.id === ''} onClick={() => save.mutate()}>{t('builder.save')}</Button>
        {built.version > 0 && <Link to={`/dashboard?id=${encodeURIComponent(builder.id)}`}>{t('builder.open')}</Link>}
        {built.version > 0 && !asked && <Button danger onClick={() => setAsked(true)}>{t('builder.remove')}</Button>}
        {asked && <Button danger type="primary" loading={remove.isPending} onClick={() => remove.mutate()}>{t('builder.remove_sure')}</Button>}
        {asked && <Button onClick={() => setAsked(false)}>{t('action.cancel')}</Button>}
        <span role="status">{busy ? t('builder.checking') : faulty ? t('builder.faulty', { n: answer?.findings.length ?? 0 }) : saved !== undefined && saved === String(built.version) ? t('builder.saved', { n: saved }) : t('builder.good')}</span>
      </div>
      <ProblemNote error={save.error ?? remove.error} />
    </div>
  )
}
