// The kinds of cards: pressed, a card comes to the end; dragged, to where it is let go.
import { useTranslation } from 'react-i18next'
import type { CardKind } from '@/shared/api/types'
import type { Carried } from './tile'

export function Palette({ kinds, onAdd, onCarry }: { kinds: CardKind[]; onAdd: (kind: CardKind) => void; onCarry: (carried: Carried | null) => void }) {
  const { t } = useTranslation()
  return (
    <section className="bm-panel" aria-label={t('builder.palette')}>
      <h2>{t('builder.palette')}</h2>
      <p>{t('builder.palette_note')}</p>
      <ul className="bm-palette-kinds">
        {kinds.map((kind) => (
          <li key={kind.kind}>
            <button
              type="button" className="bm-chip" draggable aria-label={t('builder.add_kind', { kind: t(`builder.kind.${kind.kind}`) })} onClick={() => onAdd(kind)} onDragEnd={() => onCarry(null)}
              onDragStart={(event) => { event.dataTransfer.setData('text/plain', kind.kind); onCarry({ kind: kind.kind }) }}
            >
              {t(`builder.kind.${kind.kind}`)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
