// Subscribing to a dashboard: its figures come as a notice every day, week or month at an hour, under the rights of that moment.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data, idempotencyKey } from '@/shared/api/client'
import type { Subscription } from '@/shared/api/types'
import { formatTime } from '@/shared/format/times'
import { useTwo } from '@/shared/i18n/use-two'
import { Choice } from '@/shared/ui/choice'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { Sheet } from '@/shared/ui/sheet'
import { EmptyState } from '@/shared/ui/states'

const rhythms = ['day', 'week', 'month'] as const
const hours = Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: `${hour}:00` }))

function Mine({ items, onEnd, busy }: { items: Subscription[]; onEnd: (id: string) => void; busy: boolean }) {
  const { t } = useTranslation()
  const two = useTwo()
  return (
    <ul className="bm-note-list">
      {items.map((one) => (
        <li key={one.id}>
          <strong>{two(one.title)}</strong>
          <span>{t(`subscribe.every.${one.every}`)} {one.hour}:00</span>
          <span>{one.visible ? t('subscribe.next', { at: formatTime(one.due_at) }) : t('subscribe.invisible')}</span>
          <button type="button" className="bm-plain-button" disabled={busy} aria-label={t('subscribe.end_one', { title: two(one.title), every: t(`subscribe.every.${one.every}`) })} onClick={() => onEnd(one.id)}>{t('subscribe.end')}</button>
        </li>
      ))}
    </ul>
  )
}

function SubscribeSheet({ dashboard, onClose }: { dashboard: string; onClose: () => void }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const [every, setEvery] = useState<(typeof rhythms)[number]>('week')
  const [hour, setHour] = useState('8')
  const mine = useQuery({ queryKey: ['subscriptions'], queryFn: () => data(api.GET('/api/v1/subscriptions')) })
  const renew = () => cache.invalidateQueries({ queryKey: ['subscriptions'] })
  const make = useMutation({ mutationFn: () => api.POST('/api/v1/subscriptions', { body: { dashboard, every, hour: Number(hour) }, headers: { 'Idempotency-Key': idempotencyKey() } }), onSuccess: renew })
  const end = useMutation({ mutationFn: (id: string) => api.DELETE('/api/v1/subscriptions/{id}', { params: { path: { id } } }), onSuccess: renew })
  return (
    <Sheet title={t('subscribe.title')} onClose={onClose}>
      <p>{t('subscribe.note')}</p>
      <form className="bm-query" onSubmit={(event) => { event.preventDefault(); make.mutate() }}>
        <Choice label={t('subscribe.rhythm')} value={every} options={rhythms.map((one) => ({ value: one, label: t(`subscribe.every.${one}`) }))} onChange={(value) => setEvery(rhythms.find((one) => one === value) ?? 'week')} />
        <Choice label={t('subscribe.hour')} value={hour} options={hours} onChange={(value) => setHour(value ?? '8')} />
        <Button type="primary" htmlType="submit" loading={make.isPending}>{t('subscribe.make')}</Button>
      </form>
      <ProblemNote error={make.error ?? end.error} />
      <h3>{t('subscribe.mine')}</h3>
      <QueryView query={mine} rows={3} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t('subscribe.none')} hint={t('subscribe.none_hint')} />}>
        {(page) => <Mine items={page.items} busy={end.isPending} onEnd={(id) => end.mutate(id)} />}
      </QueryView>
    </Sheet>
  )
}

export function Subscribe({ dashboard }: { dashboard: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('subscribe.open')}</Button>
      {open && <SubscribeSheet dashboard={dashboard} onClose={() => setOpen(false)} />}
    </>
  )
}
