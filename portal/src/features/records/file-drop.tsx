import { useRef, useState, type DragEvent } from 'react'
import { useTranslation } from 'react-i18next'

/** A place to drop one CSV or XLSX file, or to choose it. */
export function FileDrop({ onFile }: { onFile: (file: File) => void }) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [wrong, setWrong] = useState('')
  const take = (file: File | undefined) => {
    if (file === undefined) return
    const fits = /\.(csv|xlsx)$/i.test(file.name)
    setWrong(fits ? '' : file.name)
    if (fits) onFile(file)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  return (
    <div
      className={over ? 'bm-drop bm-drop-over' : 'bm-drop'} onDrop={drop}
      onDragOver={(event) => { event.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)}
    >
      <p>{t('import.drop')}</p>
      <label className="bm-button bm-button-primary" htmlFor="import-file">{t('import.choose')}</label>
      <input ref={input} id="import-file" className="bm-hidden" type="file" accept=".csv,.xlsx" onChange={(event) => { take(event.target.files?.[0]); event.target.value = '' }} />
      <p className="bm-foot">{t('import.accepts')}</p>
      {wrong && <p role="alert" className="bm-field-error">{t('import.wrong_kind', { name: wrong })}</p>}
    </div>
  )
}
