// The end of a share, by the move of its case that ends it: what the case says and what is open are one.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Share } from '@/shared/api/types'
import { useShareWords } from '@/shared/i18n/shares'
import { useTwo } from '@/shared/i18n/use-two'
import { ProblemNote } from '@/shared/ui/problem-note'
import { Sheet } from '@/shared/ui/sheet'

type Props = { share: Share; end: NonNullable<Share['end']>; onDone: () => void; onClose: () => void }

export function ShareEnd({ share, end, onDone, onClose }: Props) {
  const w = useShareWords()
  const { t } = useTranslation()
  const two = useTwo()
  const cache = useQueryClient()
  const [note, setNote] = useState('')
  const move = useMutation({
    mutationFn: () => data(api.POST('/api/v1/cases/{case}/moves', { params: { path: { case: share.case } }, body: { seq: end.seq, move: end.move, values: {}, note: note.trim() } })),
    onSuccess: async () => {
      onDone()
      await Promise.all([['shares'], ['case', share.case], ['case-shares', share.case], ['cases']].map((queryKey) => cache.invalidateQueries({ queryKey })))
    },
    onError: () => cache.invalidateQueries({ queryKey: ['shares'] }), // the case may have gone on
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    move.mutate()
  }
  return (
    <Sheet title={w('end_title')} onClose={onClose}>
      <form className="bm-form" onSubmit={submit}>
        <p>{w('end_what', { holder: share.holder?.title ?? '', dataset: two(share.dataset_title), number: share.number })}</p>
        {end.note_required && <div><label htmlFor="share-end-note">{w('end_reason')}</label><Input.TextArea id="share-end-note" required rows={3} maxLength={600} value={note} disabled={move.isPending} onChange={(event) => setNote(event.target.value)} /></div>}
        <ProblemNote error={move.error} />
        <div className="bm-form-foot"><Button onClick={onClose}>{t('action.cancel')}</Button><Button danger type="primary" htmlType="submit" loading={move.isPending} disabled={end.note_required && note.trim() === ''}>{w('end_do')}</Button></div>
      </form>
    </Sheet>
  )
}
