// What is wrong: the sentence, the line in the text, the code.
import { useTranslation } from 'react-i18next'
import type { BoardFinding } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'

/** The findings of one card, or (`at` undefined) those that belong to no card. */
export function findingsAt(findings: BoardFinding[], at?: number): BoardFinding[] {
  const card = (field: string) => /^\$\.cards\[(\d+)\]/.exec(field)?.[1]
  return findings.filter((finding) => card(finding.field) === (at === undefined ? undefined : String(at)))
}

function placeOf(where: string): string {
  const [, line, column] = where.split(':')
  return line === undefined ? '' : `${line}:${column ?? ''}`
}

export function FindingList({ findings }: { findings: BoardFinding[] }) {
  const { t } = useTranslation()
  const two = useTwo()
  if (findings.length === 0) return null
  return (
    <ul className="bm-problem bm-finding-list">
      {findings.map((finding) => (
        <li key={`${finding.where} ${finding.code} ${finding.field}`}>
          {placeOf(finding.where) !== '' && <span>{t('builder.line', { place: placeOf(finding.where) })} </span>}{two(finding.detail)} <code>{finding.code}</code>
        </li>
      ))}
    </ul>
  )
}
