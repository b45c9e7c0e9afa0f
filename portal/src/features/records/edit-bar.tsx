// Above the grid while it is edited: how to, what waits, undo, paste of whole rows.
import '@/shared/i18n/records'
import { Button } from 'antd'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { useEditing } from './use-editing'

export function EditBar({ editing, onPaste }: { editing: ReturnType<typeof useEditing>; onPaste: () => void }) {
  const { t } = useTranslation()
  const { edits } = editing
  useSyncExternalStore(edits.subscribe, edits.snapshot)
  const waiting = edits.waiting
  const n = (state: 'edited' | 'saving' | 'refused') => waiting.filter(([, , edit]) => edit.state === state).length
  return (
    <div className="bm-edit-bar">
      <span>{t('grid.edit_note')}</span>
      <span role="status" data-testid="cells" data-refused={n('refused')} data-waiting={n('edited') + n('saving')}>
        {n('saving') > 0 && t('cell.n_saving', { n: n('saving') })} {n('edited') > 0 && t('cell.n_edited', { n: n('edited') })} {n('refused') > 0 && t('cell.n_refused', { n: n('refused') })}
      </span>
      <span className="bm-query-end">
        {n('edited') > 0 && <Button size="small" onClick={editing.sendAgain}>{t('cell.send_again')}</Button>}
        {n('edited') + n('refused') > 0 && <Button size="small" onClick={editing.dropRefused}>{t('cell.drop')}</Button>}
        <Button size="small" onClick={onPaste}>{t('paste.title')}</Button>
        <Button size="small" disabled={editing.nUndo === 0} onClick={() => void editing.undo()}>{t('grid.undo', { n: editing.nUndo })}</Button>
      </span>
    </div>
  )
}
