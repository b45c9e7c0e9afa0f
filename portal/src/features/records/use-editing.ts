// Editing in the grid: one cell at a time, saved as soon as it is left, one after another within a row; the last edits can be taken back.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readInput, rowInput } from '@/pack-ui/form/values'
import { CellEdits } from '@/pack-ui/grid/cell-edits'
import type { RowSource } from '@/pack-ui/grid/row-source'
import { api, ApiError, data } from '@/shared/api/client'
import type { DatasetDetail, Field, Row, RowOutcome } from '@/shared/api/types'
import { useTwo } from '@/shared/i18n/use-two'

const savedMs = 4000
export type Undoable = { key: string; edit: number }

/** Number of the single-row edit that made this version of a row. */
export function editOf(row: Row): number | undefined {
  return row._version !== undefined && row._version % 2 === 1 ? (row._version - 1) / 2 : undefined
}

export function useEditing(dataset: DatasetDetail, source: RowSource | undefined) {
  const { t } = useTranslation()
  const two = useTwo()
  const cache = useQueryClient()
  const edits = useMemo(() => new CellEdits(`banmo.cells.${dataset.id}`), [dataset.id])
  const [undoable, setUndoable] = useState<Undoable[][]>([])
  const [problem, setProblem] = useState<unknown>(null)
  const lines = useRef(new Map<string, Promise<void>>())
  const rowNow = (row: Row) => source?.rows.find((one) => one._key === row._key) ?? row

  const remember = (rows: Row[]) => {
    const group = rows.flatMap((row) => { const edit = editOf(row); return edit === undefined ? [] : [{ key: row._key, edit }] })
    if (group.length > 0) setUndoable((old) => [...old.slice(-99), group])
  }
  const show = async (row: Row) => {
    if (!source?.put(row)) await cache.invalidateQueries({ queryKey: ['rows', dataset.id] })
    await cache.invalidateQueries({ queryKey: ['row-history', dataset.id] })
  }
  const sentenceOf = (error: unknown, field: Field) => {
    if (!(error instanceof ApiError)) return t('error.unexpected')
    const reasons = error.problem.errors ?? []
    const mine = reasons.filter((reason) => reason.where === `$.${field.id}`)
    return (mine.length > 0 ? mine : reasons).map((reason) => two(reason.detail)).join(' ') || error.problem.title
  }
  const saveCell = async (row: Row, field: Field, text: string) => {
    const value = readInput(field, text)
    if (value === undefined || (field.required && value === null)) {
      edits.set(row._key, field.id, { state: 'refused', text, sentence: t(`field_error.${field.type === 'int' || field.type === 'decimal' ? 'number' : 'value'}`, { field: field.title }) })
      return
    }
    edits.set(row._key, field.id, { state: 'saving', text })
    try {
      const header = row._version === undefined ? undefined : { 'If-Match': `"${rowNow(row)._version}"` }
      const saved = await data(api.PATCH('/api/v1/datasets/{id}/rows/{key}', { params: { path: { id: dataset.id, key: row._key }, header }, body: { [field.id]: value } }))
      await show(saved)
      remember([saved])
      edits.set(row._key, field.id, { state: 'saved', text })
      setTimeout(() => { if (edits.of(row._key)?.[field.id]?.state === 'saved') edits.set(row._key, field.id, null) }, savedMs)
    } catch (error) {
      const lost = error instanceof ApiError && error.problem.status === 0
      edits.set(row._key, field.id, { state: lost ? 'edited' : 'refused', text, sentence: lost ? t('cell.not_sent') : sentenceOf(error, field) })
    }
  }
  const keep = (row: Row, field: Field, text: string) => {
    const waits = edits.of(row._key)?.[field.id]
    if (text === (waits?.text ?? rowInput(field, row))) return
    if (waits && waits.state !== 'saving' && text === rowInput(field, row)) {
      edits.set(row._key, field.id, null)
      return
    }
    edits.set(row._key, field.id, { state: 'edited', text })
    const before = lines.current.get(row._key) ?? Promise.resolve()
    lines.current.set(row._key, before.then(() => saveCell(row, field, text)))
  }
  const sendAgain = () => {
    for (const [key, id, edit] of edits.waiting) {
      const row = source?.rows.find((one) => one._key === key)
      const field = dataset.fields.find((one) => one.id === id)
      if (row && field && edit.state === 'edited') void saveCell(row, field, edit.text)
    }
  }
  const again = useRef(sendAgain)
  useEffect(() => { again.current = sendAgain })
  useEffect(() => {
    const online = () => again.current()
    window.addEventListener('online', online)
    return () => window.removeEventListener('online', online)
  }, [])
  const undo = async () => {
    const group = undoable[undoable.length - 1]
    if (group === undefined) return
    setProblem(null)
    setUndoable((old) => old.slice(0, -1))
    try {
      for (const { key, edit } of group) {
        const undone = await data(api.POST('/api/v1/datasets/{id}/rows/{key}/undo', { params: { path: { id: dataset.id, key }, query: { edit } } }))
        if (undone.row) await show(undone.row)
        else await cache.invalidateQueries({ queryKey: ['rows', dataset.id] })
      }
    } catch (error) {
      setProblem(error)
    }
  }
  const takeBlock = async (outcomes: RowOutcome[]) => {
    const rows = outcomes.flatMap((one) => (one.row && one.state !== 'same' ? [one.row] : []))
    remember(rows)
    if (!rows.every((row) => source?.put(row))) await cache.invalidateQueries({ queryKey: ['rows', dataset.id] })
    await cache.invalidateQueries({ queryKey: ['dataset', dataset.id] })
  }
  const dropRefused = () => { for (const [key, id] of edits.waiting) edits.set(key, id, null) }
  return { edits, keep, undo, nUndo: undoable.length, problem, takeBlock, sendAgain, dropRefused }
}
