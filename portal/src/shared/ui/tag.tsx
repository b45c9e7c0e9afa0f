// Small labels with an own palette: every pair of text and ground holds 4.5:1.
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Level, TargetYear } from '../api/types'

export type Tone = 'blue' | 'green' | 'amber' | 'red' | 'grey' | 'violet'

export function Tag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`bm-tag bm-tone-${tone}`}>{children}</span>
}

const levelTones: Record<Level, Tone> = { L1: 'green', L2: 'blue', L3: 'amber', L4: 'red', L5: 'violet' }

export function LevelTag({ level }: { level: Level }) {
  const { t } = useTranslation()
  return <Tag tone={levelTones[level]}>{t(`level.${level}`)}</Tag>
}

const lampTones = { green: 'green', yellow: 'amber', red: 'red', grey: 'grey' } as const

/** The lamp as colour, shape and word. */
export function Lamp({ lamp }: { lamp: TargetYear['lamp'] }) {
  const { t } = useTranslation()
  return <Tag tone={lampTones[lamp]}><i className={`bm-lamp bm-lamp-${lamp}`} aria-hidden="true" />{t(`lamp.${lamp}`)}</Tag>
}
