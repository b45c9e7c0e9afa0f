// A sheet from the right over the page: the browser's own modal dialog, which keeps the focus inside, closes with Escape, and opens within a frame.
import { ConfigProvider } from 'antd'
import { startTransition, useEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { LoadingState } from './states'

type Props = { title: string; onClose: () => void; children: ReactNode }

export function Sheet({ title, onClose, children }: Props) {
  const { t } = useTranslation()
  const box = useRef<HTMLDialogElement>(null)
  const [filled, setFilled] = useState(false)
  useEffect(() => {
    const dialog = box.current
    dialog?.showModal()
    startTransition(() => setFilled(true)) // the sheet stands in the next frame; what is in it follows
    return () => dialog?.close()
  }, [])
  return (
    <dialog ref={box} className="bm-sheet" aria-label={title} onCancel={(event) => { event.preventDefault(); onClose() }} onClick={(event) => { if (event.target === box.current) onClose() }}>
      <div className="bm-sheet-inner">
        <header className="bm-sheet-head"><h2>{title}</h2><button type="button" className="bm-plain-button" onClick={onClose}>{t('action.close')}</button></header>
        {/* What opens over a field must stand in the sheet: behind a modal dialog nothing can be pressed. */}
        {filled ? <ConfigProvider getPopupContainer={() => box.current ?? document.body}>{children}</ConfigProvider> : <LoadingState />}
      </div>
    </dialog>
  )
}
