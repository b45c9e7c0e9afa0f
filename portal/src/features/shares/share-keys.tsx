// The keys of a share: how programs read it, a new key that is shown once, the end of one.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Popconfirm } from 'antd'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data } from '@/shared/api/client'
import type { Share, ShareKey } from '@/shared/api/types'
import { appUrl } from '@/shared/base'
import { formatTime } from '@/shared/format/times'
import { useShareWords } from '@/shared/i18n/shares'
import { CopyButton } from '@/shared/ui/copy-button'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { Sheet } from '@/shared/ui/sheet'
import { Tag } from '@/shared/ui/tag'
import { curlLine, useShareKeys } from './queries'

/** The secret is nowhere but in this answer: it goes with the sheet. */
function Secret({ share, secret }: { share: Share; secret: string }) {
  const w = useShareWords()
  const rows = [{ what: w('key_secret'), text: secret }, { what: w('key_line'), text: curlLine(appUrl(''), share, secret) }]
  return (
    <div className="bm-done" role="status">
      <p>{w('key_once')}</p>
      <dl className="bm-share-secret">
        {rows.map(({ what, text }) => <div key={what}><dt>{what}</dt><dd><code>{text}</code> <CopyButton text={text} label={w('copy', { what })} done={w('copied', { what })} /></dd></div>)}
      </dl>
    </div>
  )
}

function KeyLine({ share, one }: { share: Share; one: ShareKey }) {
  const w = useShareWords()
  const { t } = useTranslation()
  const cache = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => api.DELETE('/api/v1/shares/{share}/keys/{key}', { params: { path: { share: share.id, key: one.key } } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['share-keys', share.id] }),
  })
  return (
    <li>
      <strong>{one.title}</strong> <code>{one.key}</code>{' '}
      {one.revoked_at !== undefined && <Tag tone="grey">{w('key_revoked')}</Tag>}
      {one.revoked_at === undefined && share.can_manage_keys && (
        <Popconfirm title={w('key_revoke_sure', { title: one.title })} okText={w('key_revoke')} cancelText={t('action.cancel')} onConfirm={() => revoke.mutate()}>
          <Button size="small" danger aria-label={`${w('key_revoke')} ${one.title}`} loading={revoke.isPending}>{w('key_revoke')}</Button>
        </Popconfirm>
      )}
      <small>{w('key_by', { by: one.by, at: formatTime(one.created_at) })} · {one.last_read_at === undefined ? w('key_unread') : w('key_read', { at: formatTime(one.last_read_at) })}</small>
      <ProblemNote error={revoke.error} />
    </li>
  )
}

function MakeKey({ share }: { share: Share }) {
  const w = useShareWords()
  const cache = useQueryClient()
  const [title, setTitle] = useState('')
  const make = useMutation({
    mutationFn: () => data(api.POST('/api/v1/shares/{share}/keys', { params: { path: { share: share.id } }, body: { title: title.trim() } })),
    onSuccess: () => {
      setTitle('')
      return cache.invalidateQueries({ queryKey: ['share-keys', share.id] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate()
  }
  return (
    <>
      {make.data && <Secret share={share} secret={make.data.secret} />}
      <form className="bm-form" onSubmit={submit}>
        <div><label htmlFor="share-key-title">{w('key_for')}</label><Input id="share-key-title" required maxLength={40} autoComplete="off" value={title} disabled={make.isPending} onChange={(event) => setTitle(event.target.value)} /></div>
        <ProblemNote error={make.error} />
        <div className="bm-form-foot"><Button type="primary" htmlType="submit" loading={make.isPending} disabled={title.trim() === ''}>{w('key_make')}</Button></div>
      </form>
    </>
  )
}

export function ShareKeys({ share, onClose }: { share: Share; onClose: () => void }) {
  const w = useShareWords()
  const keys = useShareKeys(share.id)
  return (
    <Sheet title={w('keys')} onClose={onClose}>
      <p>{w('keys_note')}</p>
      <QueryView query={keys} rows={2} isEmpty={({ items }) => items.length === 0} empty={<p className="bm-foot">{w('key_none')}</p>}>
        {({ items }) => <ul className="bm-share-keys">{items.map((one) => <KeyLine key={one.key} share={share} one={one} />)}</ul>}
      </QueryView>
      {share.can_manage_keys ? share.state === 'living' && <MakeKey share={share} /> : <p className="bm-foot">{w('keys_not_yours')}</p>}
      <p className="bm-foot">{w('limits')}</p>
    </Sheet>
  )
}
