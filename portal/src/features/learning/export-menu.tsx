// The stream as a file: what is asked for now, in the format that is chosen.
import { useState } from 'react'
import { useLearningWords } from '@/shared/i18n/learning'
import { Choice } from '@/shared/ui/choice'
import { DownloadButton } from '@/shared/ui/download-button'
import type { LearningFilter } from '@/shared/api/types'

const formats = ['csv', 'jsonl', 'parquet'] as const

/** The address of the file below the base. */
export function exportPath(filter: LearningFilter, format: string): string {
  const query = new URLSearchParams({ ...Object.fromEntries(Object.entries(filter).filter(([, value]) => typeof value === 'string')) as Record<string, string>, format })
  return `api/v1/learning/export?${query.toString()}`
}

export function ExportMenu({ filter }: { filter: LearningFilter }) {
  const w = useLearningWords()
  const [format, setFormat] = useState<(typeof formats)[number]>('csv')
  return (
    <span className="bm-learning-export">
      <Choice hideLabel label={w('export.format')} value={format} options={formats.map((value) => ({ value, label: w(`export.${value}`) }))} onChange={(chosen) => setFormat(formats.find((one) => one === chosen) ?? 'csv')} />
      <DownloadButton path={exportPath(filter, format)} name={`learning.${format}`}>{w('export.do')}</DownloadButton>
    </span>
  )
}
