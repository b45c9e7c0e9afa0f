import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { RowForm } from '@/pack-ui/form/row-form'
import { fileInput } from '@/pack-ui/form/values'
import type { Field, Row } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'
import zh from '@/shared/i18n/zh.json'

const field = (id: string, more: Partial<Field> = {}): Field => ({ id, title: `标题${id}`, title_en: `Title ${id}`, type: 'text', required: false, level: 'L1', masked: false, computed: false, person: false, ...more })
const fields = [field('code', { required: true }), field('n', { type: 'int', min: 0, max: 9 }), field('sum', { type: 'int', computed: true })]

function show(props: Partial<Parameters<typeof RowForm>[0]> = {}) {
  const onSave = vi.fn()
  const onCancel = vi.fn()
  const view = render(<QueryClientProvider client={new QueryClient()}><RowForm fields={fields} grain={['code']} busy={false} onSave={onSave} onCancel={onCancel} {...props} /></QueryClientProvider>)
  return { onSave, onCancel, ...view }
}
const save = () => fireEvent.click(screen.getByRole('button', { name: new RegExp(zh.action.save.split('').join('\\s*')) }))

beforeEach(async () => {
  sessionStorage.clear()
  await changeLanguage('zh')
})

describe('the form that a dataset declares', () => {
  it('has an input for each field but the computed ones, and sends typed values', () => {
    const { onSave } = show()
    expect(screen.queryByLabelText(/标题sum/)).toBeNull()
    fireEvent.change(screen.getByLabelText(/标题code/), { target: { value: 'C1' } })
    fireEvent.change(screen.getByLabelText(/标题n/), { target: { value: '7' } })
    save()
    expect(onSave).toHaveBeenCalledWith({ code: 'C1', n: 7 })
  })
  it('says which field is wrong and sends nothing', () => {
    const { onSave } = show()
    fireEvent.change(screen.getByLabelText(/标题n/), { target: { value: '70' } })
    save()
    expect(onSave).not.toHaveBeenCalled()
    expect(screen.getAllByRole('alert').length).toBe(2)
  })
  it('sends only what was changed of a row, and keeps its key', () => {
    const row: Row = { _key: 'C1', _version: 1, code: 'C1', n: 1 }
    const { onSave } = show({ row })
    expect((screen.getByLabelText(/标题code/) as HTMLInputElement).disabled).toBe(true)
    fireEvent.change(screen.getByLabelText(/标题n/), { target: { value: '2' } })
    save()
    expect(onSave).toHaveBeenCalledWith({ n: 2 })
  })
  it('begins with the cells of a bad row and shows the sentence of the server beside the field', () => {
    const { onSave } = show({ texts: { code: 'C1', n: '99' }, refused: { n: '“n”应在 0 到 9 之间' }, grain: [] })
    expect((screen.getByLabelText(/标题n/) as HTMLInputElement).value).toBe('99')
    expect(screen.getByRole('alert').textContent).toBe('“n”应在 0 到 9 之间')
    fireEvent.change(screen.getByLabelText(/标题n/), { target: { value: '9' } })
    save()
    expect(onSave).toHaveBeenCalledWith({ code: 'C1', n: 9 })
  })
  it('finds what was typed again after a reload', () => {
    const first = show({ draft: 'd' })
    fireEvent.change(screen.getByLabelText(/标题code/), { target: { value: '写了一半' } })
    first.unmount()
    const { onCancel } = show({ draft: 'd' })
    expect((screen.getByLabelText(/标题code/) as HTMLInputElement).value).toBe('写了一半')
    fireEvent.click(screen.getByRole('button', { name: new RegExp(zh.action.cancel.split('').join('\\s*')) }))
    expect(onCancel).toHaveBeenCalled()
    expect(sessionStorage.getItem('d')).toBeNull()
  })
})

describe('a cell of a file in an input', () => {
  it('is read as people write it', () => {
    const sex = field('sex', { type: 'code', codes: [{ code: '1', title: '男', title_en: 'Male' }] })
    expect(fileInput(sex, '男')).toBe('1')
    expect(fileInput(sex, '雄')).toBe('')
    expect(fileInput(field('b', { type: 'bool' }), '是')).toBe('true')
    expect(fileInput(field('d', { type: 'date' }), '2025年9月3日')).toBe('2025-09-03')
    expect(fileInput(field('d', { type: 'date' }), '去年')).toBe('去年')
    expect(fileInput(field('t'), undefined)).toBe('')
  })
})
