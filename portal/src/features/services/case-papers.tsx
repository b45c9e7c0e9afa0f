// What is handed in with a case, and the letters that it was issued.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { api, data, send } from '@/shared/api/client'
import type { CaseFile, CaseFiles, WantedFile } from '@/shared/api/types'
import { appUrl } from '@/shared/base'
import { formatNumber } from '@/shared/format/numbers'
import { formatTime } from '@/shared/format/times'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { DownloadButton } from '@/shared/ui/download-button'
import { ProblemNote } from '@/shared/ui/problem-note'
import { QueryView } from '@/shared/ui/query-view'
import { Tag } from '@/shared/ui/tag'

const bytesPerKb = 1024
const bytesPerMb = 1024 * 1024

/** Putting a file in or taking it back moves the case on, so it is read anew. */
function useChanged(id: string) {
  const cache = useQueryClient()
  return () => Promise.all([['case-files', id], ['case', id]].map((queryKey) => cache.invalidateQueries({ queryKey })))
}

/** Extensions that a file input offers for the types of a flow. */
export function acceptOf(types: string[]): string {
  return types.flatMap((type) => (type === 'jpg' ? ['.jpg', '.jpeg'] : [`.${type}`])).join(',')
}

function Wanted({ id, wanted }: { id: string; wanted: WantedFile }) {
  const w = useServiceWords()
  const two = useTwo()
  const changed = useChanged(id)
  const attach = useMutation({
    mutationFn: (file: File) => send(`api/v1/cases/${id}/files?file=${encodeURIComponent(wanted.file)}&name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' } }),
    onSuccess: changed,
  })
  const input = `paper-${wanted.file}`
  return (
    <li>
      <p className="bm-tags"><strong>{two(wanted.title)}</strong>{wanted.is_required && <Tag tone={wanted.n_there > 0 ? 'green' : 'amber'}>{w(wanted.n_there > 0 ? 'papers.there' : 'papers.required')}</Tag>}</p>
      <p className="bm-foot">{w('papers.limits', { types: wanted.types.join(' '), size: formatNumber(wanted.max_bytes / bytesPerMb, 1), n: wanted.n })}</p>
      {wanted.can_add && wanted.n_there < wanted.n && (
        <>
          <label className="bm-button" htmlFor={input}>{attach.isPending ? w('papers.sending') : w('papers.add', { title: two(wanted.title) })}</label>
          <input id={input} className="bm-hidden" type="file" accept={acceptOf(wanted.types)} disabled={attach.isPending} onChange={(event) => { const file = event.target.files?.[0]; if (file) attach.mutate(file); event.target.value = '' }} />
        </>
      )}
      <ProblemNote error={attach.error} />
    </li>
  )
}

const verdicts = { waiting: 'amber', infected: 'red' } as const

function Paper({ id, file }: { id: string; file: CaseFile }) {
  const w = useServiceWords()
  const two = useTwo()
  const changed = useChanged(id)
  const remove = useMutation({ mutationFn: () => api.DELETE('/api/v1/cases/{case}/files/{file}', { params: { path: { case: id, file: file.id } } }), onSuccess: changed })
  const name = file.name ?? two(file.title)
  return (
    <li>
      {file.can_open ? <DownloadButton path={`api/v1/cases/${id}/files/${file.id}`} name={name} type="link">{name}</DownloadButton> : <span>{name}</span>}{' '}
      {(file.verdict === 'waiting' || file.verdict === 'infected') && <Tag tone={verdicts[file.verdict]}>{w(`papers.${file.verdict}`)}</Tag>}
      {file.can_remove && <Button size="small" type="text" loading={remove.isPending} aria-label={w('papers.remove_of', { name })} onClick={() => remove.mutate()}>{w('papers.remove')}</Button>}
      <small>{two(file.title)} · {formatNumber(Math.ceil(file.n_bytes / bytesPerKb))} kB · {formatTime(file.at)}</small>
      <ProblemNote error={remove.error} />
    </li>
  )
}

function Files({ id, files }: { id: string; files: CaseFiles }) {
  const w = useServiceWords()
  const open = files.wanted.filter((one) => one.can_add || one.is_required)
  if (open.length === 0 && files.items.length === 0) return null
  return (
    <section className="bm-panel bm-case-papers" aria-labelledby="papers">
      <h2 id="papers">{w('papers.title')}</h2>
      {open.length > 0 && <ul className="bm-papers-wanted">{open.map((one) => <Wanted key={one.file} id={id} wanted={one} />)}</ul>}
      {files.items.length > 0 && <ul className="bm-files">{files.items.map((file) => <Paper key={file.id} id={id} file={file} />)}</ul>}
    </section>
  )
}

export function CasePapers({ id, seq }: { id: string; seq: number }) {
  const files = useQuery({ queryKey: ['case-files', id, seq], queryFn: () => data(api.GET('/api/v1/cases/{case}/files', { params: { path: { case: id } } })), placeholderData: (old) => old })
  return <QueryView query={files} rows={1}>{(all) => <Files id={id} files={all} />}</QueryView>
}

/** The letters of a case: each opens as a page to print, with the code by which anyone can check it. */
export function CaseLetters({ id, seq }: { id: string; seq: number }) {
  const w = useServiceWords()
  const two = useTwo()
  const letters = useQuery({ queryKey: ['case-letters', id, seq], queryFn: () => data(api.GET('/api/v1/cases/{case}/letters', { params: { path: { case: id } } })), placeholderData: (old) => old })
  if (letters.data !== undefined && letters.data.items.length === 0) return null
  return (
    <QueryView query={letters} rows={1}>
      {({ items }) => (
        <section className="bm-panel" aria-labelledby="letters">
          <h2 id="letters">{w('papers.letters')}</h2>
          <ul className="bm-files">
            {items.map((letter) => (
              <li key={letter.no}>
                {letter.can_read ? <a href={appUrl(`api/v1/cases/${id}/letters/${letter.no}`)} target="_blank" rel="noopener">{w('papers.open_letter', { title: two(letter.title) })}</a> : <span>{two(letter.title)}</span>}{' '}
                {letter.revoked_at !== undefined && <Tag tone="red">{w('papers.revoked', { at: formatTime(letter.revoked_at) })}</Tag>}
                <small>{w('papers.issued', { at: formatTime(letter.issued_at) })}</small>
              </li>
            ))}
          </ul>
          <p className="bm-foot"><a href={appUrl('letters/verify')} target="_blank" rel="noopener">{w('papers.verify')}</a></p>
        </section>
      )}
    </QueryView>
  )
}
