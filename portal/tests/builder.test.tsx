import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import '@/shared/i18n/builder'
import { findingsAt } from '@/features/builder/findings'
import { addCard, boardDims, builtOf, changeCard, copyOf, dropCard, emptyForm, moveCard, newCard, sharedDims } from '@/features/builder/form'
import { Palette } from '@/features/builder/palette'
import { PickMany } from '@/features/builder/pick-many'
import { Tile } from '@/features/builder/tile'
import type { BoardFinding, CardForm, CardKind, Metric } from '@/shared/api/types'
import { changeLanguage } from '@/shared/i18n'

afterEach(cleanup)
beforeEach(() => changeLanguage('zh'))

const metric = (id: string, dims: string[], dataset = 'd'): Metric => ({ id, pack: 'p', title: `指标 ${id}`, title_en: id, kind: 'aggregate', dataset, dims: dims.map((dim) => ({ id: dim, title: dim })), synonyms: [], definition: '' })
const kind = (name: CardKind['kind'], min_by: number, min_metrics: number): CardKind => ({ kind: name, min_by, max_by: 4, min_metrics, max_metrics: 20 })
const card = (name: string): CardForm => ({ kind: 'kpi', id: '', title: name, title_en: '', metrics: ['n'], by: [], compare: '', top: 0, drill: '', main: false })
const titles = (built: { form: { cards: CardForm[] } }) => built.form.cards.map((one) => one.title)

describe('the form of a dashboard', () => {
  const three = ['a', 'b', 'c'].reduce((built, name) => addCard(built, card(name)), builtOf(emptyForm, 0))

  it('keeps each card\'s key through moves, copies and removals', () => {
    const moved = moveCard(three, 0, 2)
    expect(titles(moved)).toEqual(['b', 'c', 'a'])
    expect(moved.keys).toEqual([three.keys[1], three.keys[2], three.keys[0]])
    expect(new Set(addCard(moved, card('d'), 1).keys).size).toBe(4)
    expect(titles(addCard(moved, card('d'), 1))).toEqual(['b', 'd', 'c', 'a'])
    expect(dropCard(moved, 1).keys).toEqual([three.keys[1], three.keys[0]])
    expect(titles(changeCard(three, 1, { title: 'B' }))).toEqual(['a', 'B', 'c'])
  })

  it('does not move a card beyond the ends', () => {
    expect(moveCard(three, 0, -1)).toBe(three)
    expect(moveCard(three, 2, 3)).toBe(three)
    expect(moveCard(three, 1, 1)).toBe(three)
  })

  it('begins a card with as many figures and groups as its kind needs', () => {
    const metrics = [metric('x', []), metric('n', ['grade', 'sex']), metric('m', ['grade', 'sex'])]
    expect(newCard(kind('kpi', 0, 1), metrics)).toMatchObject({ kind: 'kpi', metrics: ['x'], by: [] })
    expect(newCard(kind('heat', 2, 1), metrics)).toMatchObject({ metrics: ['n'], by: ['grade', 'sex'] })
    expect(newCard(kind('scatter', 1, 2), metrics)).toMatchObject({ metrics: ['n', 'm'], by: ['grade'] })
    expect(newCard(kind('map', 1, 1), metrics).by).toEqual(['district'])
    expect(newCard(kind('box', 3, 1), metrics).metrics).toEqual([])
  })

  it('offers the groups that all metrics of a card share, and any of them as a filter', () => {
    const metrics = new Map([metric('n', ['grade', 'sex']), metric('m', ['sex', 'area'])].map((one) => [one.id, one]))
    expect(sharedDims(['n', 'm'], metrics).map((dim) => dim.id)).toEqual(['sex'])
    expect(sharedDims([], metrics)).toEqual([])
    expect(boardDims({ ...emptyForm, cards: [card('a'), { ...card('b'), metrics: ['m'] }] }, metrics).map((dim) => dim.id)).toEqual(['grade', 'sex', 'area'])
  })

  it('names a copy so that what was delivered stays', () => {
    expect(copyOf({ ...emptyForm, id: 'city' }).id).toBe('city_copy')
    expect(copyOf({ ...emptyForm, id: 'x'.repeat(48) }).id.length).toBeLessThanOrEqual(48)
  })
})

const finding = (field: string): BoardFinding => ({ where: 'dashboard.yaml:5:15', field, code: 'pack.unknown_metric', detail: { zh: '没有这个指标', en: 'no such metric' } })

describe('the builder', () => {
  it('puts each finding at its card, and the rest at the top', () => {
    const all = [finding('$.cards[1].metrics[0]'), finding('$.title'), finding('$.cards[10]')]
    expect(findingsAt(all, 1)).toEqual([all[0]])
    expect(findingsAt(all, 10)).toEqual([all[2]])
    expect(findingsAt(all)).toEqual([all[1]])
  })

  function draw(at: number, findings: BoardFinding[] = []) {
    const onMove = vi.fn()
    const nothing = vi.fn()
    render(<Tile at={at} n={3} form={card('一')} name="一" findings={findings} metrics={new Map()} open={false} fixed={false} onMove={onMove} onOpen={nothing} onDrop={nothing} onCopy={nothing} onCarry={nothing} onLand={nothing}>{null}</Tile>)
    return onMove
  }

  it('moves a card by the arrow keys on its handle and by two buttons', () => {
    const onMove = draw(1)
    const handle = screen.getByRole('button', { name: /方向键/ })
    fireEvent.keyDown(handle, { key: 'ArrowLeft' })
    fireEvent.keyDown(handle, { key: 'ArrowDown' })
    fireEvent.keyDown(handle, { key: 'a' })
    fireEvent.click(screen.getByRole('button', { name: '把“一”前移' }))
    fireEvent.click(screen.getByRole('button', { name: '把“一”后移' }))
    expect(onMove.mock.calls).toEqual([[0], [2], [0], [2]])
  })

  it('says what is wrong with a card by line and code', () => {
    draw(0, [finding('$.cards[0]')])
    expect(screen.getByText(/第 5:15 行列/).textContent).toBe('第 5:15 行列 ')
    expect(screen.getByText('pack.unknown_metric')).toBeTruthy()
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '把“一”前移' }).disabled).toBe(true)
  })

  it('adds a card by a press, and tells what is dragged', () => {
    const onAdd = vi.fn()
    const onCarry = vi.fn()
    render(<Palette kinds={[kind('line', 1, 1)]} onAdd={onAdd} onCarry={onCarry} />)
    const button = screen.getByRole('button', { name: '添加折线卡片' })
    fireEvent.click(button)
    fireEvent.dragStart(button, { dataTransfer: { setData: vi.fn() } })
    expect(onAdd.mock.calls).toEqual([[kind('line', 1, 1)]])
    expect(onCarry.mock.calls).toEqual([[{ kind: 'line' }]])
  })

  it('chooses several in order, up to the most, and takes one away', () => {
    const onChange = vi.fn()
    const options = ['a', 'b', 'c'].map((id) => ({ id, title: `选 ${id}` }))
    const { rerender } = render(<PickMany label="指标" value={['b']} options={options} most={2} onChange={onChange} />)
    fireEvent.change(screen.getByLabelText('指标'), { target: { value: 'a' } })
    fireEvent.click(screen.getByRole('button', { name: '从“指标”去掉 选 b' }))
    expect(onChange.mock.calls).toEqual([[['b', 'a']], [[]]])
    rerender(<PickMany label="指标" value={['b', 'a']} options={options} most={2} onChange={onChange} />)
    expect(screen.getByLabelText<HTMLInputElement>('指标').value).toBe('已选 2 个')
  })
})
