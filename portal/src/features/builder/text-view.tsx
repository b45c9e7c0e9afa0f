// The dashboard as the text that a pack would hold, with its faults by line.
import { useTranslation } from 'react-i18next'
import type { BoardFinding } from '@/shared/api/types'
import { FindingList } from './findings'

export function TextView({ text, findings, onChange }: { text: string; findings: BoardFinding[]; onChange: (text: string) => void }) {
  const { t } = useTranslation()
  return (
    <section className="bm-panel" aria-label={t('builder.text')}>
      <label className="bm-pick"><span>{t('builder.text')}</span><textarea className="bm-input bm-yaml" value={text} rows={28} spellCheck={false} wrap="off" onChange={(event) => onChange(event.target.value)} /></label>
      <FindingList findings={findings} />
    </section>
  )
}
