// How a contact is changed: the draft is kept until it is sent or given up, and what was shown is read again afterwards.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import type { FormEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useDraft } from '@/shared/draft'
import { ProblemNote } from '@/shared/ui/problem-note'

type Fields = Record<string, string>

interface Contact<Draft extends Fields> {
  name: string // of the draft
  before: Draft
  shownIn: string[] // query key
  save: (draft: Draft) => Promise<unknown>
  fault?: (draft: Draft) => string | undefined // why it is not sent
  onDone: () => void
  children: (draft: Draft, change: (part: Partial<Draft>) => void) => ReactNode
}

export function ContactForm<Draft extends Fields>({ name, before, shownIn, save, fault, onDone, children }: Contact<Draft>) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const [draft, change, clear] = useDraft(name, before)
  const wrong = fault?.(draft)
  const sending = useMutation({
    mutationFn: () => save(draft),
    onSuccess: async () => {
      clear()
      await cache.invalidateQueries({ queryKey: shownIn })
      onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (wrong === undefined) sending.mutate()
  }
  return (
    <form className="bm-form" onSubmit={submit}>
      <div className="bm-steps-line">{children(draft, change)}</div>
      {wrong !== undefined && <p role="alert" className="bm-field-error">{wrong}</p>}
      <ProblemNote error={sending.error} />
      <div className="bm-form-foot">
        <Button onClick={() => { clear(); onDone() }}>{t('action.cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={sending.isPending}>{t('action.save')}</Button>
      </div>
    </form>
  )
}
