// The builder at work: kinds of cards and the board's own words at the side, the board as it will look, or its text.
import '@/pack-ui/pack-ui.css'
import './builder.css'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMetrics } from '@/shared/metrics'
import type { CardKind, DashboardRef } from '@/shared/api/types'
import { ProblemNote } from '@/shared/ui/problem-note'
import { BoardForm } from './board-form'
import { EditorBar } from './editor-bar'
import { FindingList, findingsAt } from './findings'
import { addCard, newCard, type Built } from './form'
import { LookAs } from './look-as'
import { Palette } from './palette'
import { TextView } from './text-view'
import type { Carried } from './tile'
import { Tiles } from './tiles'
import { useBuilder } from './use-builder'

type Props = { name: string; start: Built; kinds: CardKind[]; dashboards: DashboardRef[]; saved?: string }

export function Editor({ name, start, kinds, dashboards, saved }: Props) {
  const { t } = useTranslation()
  const metrics = useMetrics()
  const builder = useBuilder(name, start)
  const { built, change, answer } = builder
  const [carried, setCarried] = useState<Carried | null>(null)
  const [said, setSaid] = useState('')
  const findings = answer?.findings ?? []
  const add = (kind: CardKind, at?: number) => {
    change(addCard(built, newCard(kind, [...metrics.values()]), at))
    setSaid(t('builder.added', { kind: t(`builder.kind.${kind.kind}`) }))
  }
  return (
    <>
      <EditorBar builder={builder} saved={saved} />
      <p className="bm-hidden" role="status">{said}</p>
      <LookAs as={builder.as} onChange={builder.setAs} />
      <ProblemNote error={builder.problem ?? builder.turn.error} />
      {answer?.in_audience === false && <p className="bm-note-warn" role="status">{t('builder.not_for_role')}</p>}
      <FindingList findings={findingsAt(findings)} />
      <div className={built.yaml === null ? 'bm-builder' : 'bm-builder bm-builder-text'}>
        <div className="bm-builder-side">
          {built.yaml === null ? (
            <>
              <Palette kinds={kinds} onAdd={add} onCarry={setCarried} />
              <BoardForm form={built.form} fixedId={built.version > 0} metrics={metrics} onChange={(changes) => change({ form: { ...built.form, ...changes } })} />
            </>
          ) : <TextView text={built.yaml} findings={findings} onChange={(yaml) => change({ yaml })} />}
        </div>
        <Tiles builder={builder} kinds={kinds} dashboards={dashboards} metrics={metrics} carried={carried} onCarry={setCarried} onAdd={add} onSay={setSaid} />
      </div>
    </>
  )
}
