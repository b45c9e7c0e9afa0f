// Beside a target: evidence files, and the thread of supervision with its replies.
import '@/shared/i18n/plan'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { api, data, send } from '@/shared/api/client'
import type { EvidenceFile, PlanNote, Target } from '@/shared/api/types'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useRight } from '@/shared/session/use-me'
import { DownloadButton } from '@/shared/ui/download-button'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { EmptyState } from '@/shared/ui/states'
import { Tag } from '@/shared/ui/tag'

const accepted = '.pdf,.png,.jpg,.jpeg,.xlsx,.docx,.csv,.txt'
const bytesPerKb = 1024

function usePapersChanged(target: string) {
  const cache = useQueryClient()
  return async () => {
    await cache.invalidateQueries({ queryKey: ['plan-papers', target] })
    await cache.invalidateQueries({ queryKey: ['plan'] })
  }
}

function Files({ target, files }: { target: Target; files: EvidenceFile[] }) {
  const { t } = useTranslation()
  const mayReport = useRight('plan.report')
  const changed = usePapersChanged(target.id)
  const [year, setYear] = useState(target.years.at(-1)?.year ?? 0)
  const attach = useMutation({
    mutationFn: (file: File) =>
      send(`api/v1/plan/targets/${encodeURIComponent(target.id)}/files?year=${year}&name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' } }),
    onSuccess: changed,
  })
  return (
    <section aria-label={t('plan.files')}>
      <h3>{t('plan.files')}</h3>
      {files.length === 0 && <p className="bm-page-note">{t('plan.no_files')}</p>}
      <ul className="bm-files">
        {files.map((file) => (
          <li key={file.id}>
            <DownloadButton path={`api/v1/plan/files/${file.id}`} name={file.name} type="link">{file.name}</DownloadButton>
            <small>{file.year} · {t('plan.file_size', { n: formatNumber(Math.ceil(file.n_bytes / bytesPerKb)) })} · {file.by} · {formatTime(file.at)} · SHA-256 {file.sha256.slice(0, 12)}…</small>
          </li>
        ))}
      </ul>
      {mayReport && (
        <div className="bm-query">
          <Select aria-label={t('plan.year')} value={year} onChange={setYear} options={target.years.map((one) => ({ value: one.year, label: String(one.year) }))} />
          <label className="bm-button" htmlFor={`file-${target.id}`}>{attach.isPending ? t('plan.sending') : t('plan.attach')}</label>
          <input id={`file-${target.id}`} className="bm-hidden" type="file" accept={accepted} onChange={(event) => { const file = event.target.files?.[0]; if (file) attach.mutate(file); event.target.value = '' }} />
          <small>{t('plan.attach_hint')}</small>
        </div>
      )}
      <ProblemNote error={attach.error} />
    </section>
  )
}

function Write({ target, reply }: { target: Target; reply: boolean }) {
  const { t } = useTranslation()
  const changed = usePapersChanged(target.id)
  const [text, setText] = useState('')
  const year = target.years.filter((one) => one.actual !== undefined).at(-1)?.year ?? target.years[0]?.year ?? 0
  const write = useMutation({
    mutationFn: () => {
      const params = { path: { id: target.id } }
      const body = { year, text: text.trim() }
      return reply ? data(api.POST('/api/v1/plan/targets/{id}/replies', { params, body })) : data(api.POST('/api/v1/plan/targets/{id}/notes', { params, body }))
    },
    onSuccess: async () => { setText(''); await changed() },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() !== '') write.mutate()
  }
  const word = reply ? t('plan.reply') : t('plan.note_write')
  return (
    <form className="bm-form" onSubmit={submit}>
      <Input.TextArea aria-label={word} placeholder={word} rows={3} maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} />
      <ProblemNote error={write.error} />
      <div className="bm-form-foot"><Button type="primary" htmlType="submit" disabled={text.trim() === ''} loading={write.isPending}>{word}</Button></div>
    </form>
  )
}

function Thread({ target, notes }: { target: Target; notes: PlanNote[] }) {
  const { t } = useTranslation()
  const maySupervise = useRight('plan.supervise')
  const mayReport = useRight('plan.report')
  return (
    <section aria-label={t('plan.thread')}>
      <h3>{t('plan.thread')}</h3>
      {notes.length === 0 && <p className="bm-page-note">{t('plan.no_notes')}</p>}
      <ol className="bm-thread">
        {notes.map((note) => (
          <li key={note.no} className={`bm-thread-${note.kind}`}>
            <p><Tag tone={note.kind === 'note' ? 'amber' : 'blue'}>{t(`plan.kind_${note.kind}`)}</Tag> {note.by} · {formatTime(note.at)} · {note.year}</p>
            <p className="bm-thread-text">{note.text}</p>
          </li>
        ))}
      </ol>
      {mayReport && notes.length > 0 && <Write target={target} reply />}
      {maySupervise && <Write target={target} reply={false} />}
    </section>
  )
}

export function Papers({ target }: { target: Target }) {
  const { t } = useTranslation()
  const papers = useQuery({ queryKey: ['plan-papers', target.id], queryFn: () => data(api.GET('/api/v1/plan/targets/{id}/papers', { params: { path: { id: target.id } } })) })
  return (
    <QueryView query={papers} rows={3} empty={<EmptyState title={t('plan.no_files')} />}>
      {({ files, notes }) => <div className="bm-papers"><Files target={target} files={files} /><Thread target={target} notes={notes} /></div>}
    </QueryView>
  )
}
