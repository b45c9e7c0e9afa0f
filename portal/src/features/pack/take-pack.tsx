// A pack from a file: first it is checked, with every finding by file and line; a good one can be installed.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { send } from '@/shared/api/client'
import type { PackVerdict } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'
import { PlainTable, type PlainColumn } from '@/shared/ui/plain-table'
import { ProblemNote } from '@/shared/ui/problem-note'

async function take(file: File, install: boolean): Promise<PackVerdict> {
  const answer = await send(`api/v1/packs?install=${String(install)}`, { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' } })
  return await answer.json() as PackVerdict
}

function Verdict({ verdict }: { verdict: PackVerdict }) {
  const { t } = useTranslation()
  const two = useTwo()
  const columns: PlainColumn<PackVerdict['findings'][number]>[] = [
    { key: 'where', title: t('packs.where'), render: (finding) => <code>{finding.where}</code> },
    { key: 'what', title: t('packs.finding'), wide: true, render: (finding) => two(finding.detail) },
    { key: 'code', title: t('packs.code'), render: (finding) => <code>{finding.code}</code> },
  ]
  if (verdict.findings.length > 0) {
    return (
      <div role="alert">
        <p className="bm-verdict bm-verdict-failed">{t('packs.bad', { id: verdict.id, n: verdict.findings.length })}</p>
        <PlainTable label={t('packs.findings')} columns={columns} rows={verdict.findings} rowKey={(finding, index) => `${finding.where} ${index}`} />
      </div>
    )
  }
  const name = { id: verdict.id, version: verdict.version, n: verdict.n_passed }
  return (
    <div role="status">
      <p className="bm-verdict bm-verdict-checked_clean">{verdict.installed ? t('packs.installed', name) : t('packs.good', name)} {verdict.replaces && t('packs.replaces', { version: verdict.replaces })}</p>
      {verdict.installed && <p className="bm-note-warn">{t('packs.restart')}</p>}
    </div>
  )
}

export function TakePack() {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const check = useMutation({ mutationFn: (chosen: File) => take(chosen, false) })
  const install = useMutation({ mutationFn: (chosen: File) => take(chosen, true), onSuccess: () => cache.invalidateQueries({ queryKey: ['packs'] }) })
  const verdict = install.data ?? check.data
  const choose = (chosen: File | undefined) => {
    if (chosen === undefined) return
    setFile(chosen)
    install.reset()
    check.mutate(chosen)
  }
  return (
    <section className="bm-panel" aria-label={t('packs.take')}>
      <h2>{t('packs.take')}</h2>
      <p>{t('packs.take_note')}</p>
      <div className="bm-query">
        <label className="bm-button" htmlFor="pack-file">{t('packs.choose')}</label>
        <input id="pack-file" className="bm-hidden" type="file" accept=".zip,.yaml" onChange={(event) => { choose(event.target.files?.[0]); event.target.value = '' }} />
        {file && <span>{file.name}</span>}
        {check.isPending && <span role="status">{t('packs.checking')}</span>}
        {file && verdict?.findings.length === 0 && !verdict.installed && <Button type="primary" loading={install.isPending} onClick={() => install.mutate(file)}>{t('packs.install')}</Button>}
      </div>
      <ProblemNote error={check.error ?? install.error} />
      {verdict && !check.isPending && <Verdict verdict={verdict} />}
    </section>
  )
}
