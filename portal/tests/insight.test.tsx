import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { otherFilters, readFilters } from '@/features/metrics/address'
import { columnsFor } from '@/features/metrics/screen-layout'
import { lampCounts, yearOf } from '@/features/plan/targets'
import { compared, sharedScale } from '@/pack-ui/cards/compare'
import { Kpi } from '@/pack-ui/cards/kpi'
import { columnsFor as tileColumns } from '@/pack-ui/cards/tile-map'
import { PortraitResult } from '@/pack-ui/cards/portrait-item'
import { shadeOf } from '@/pack-ui/cards/shades'
import { wayDown } from '@/pack-ui/cards/result'
import { boxesOf } from '@/pack-ui/charts/box-options'
import { inkOf } from '@/pack-ui/charts/ink'
import { axisOptions, seriesOf, turnedSeries, wrapped } from '@/pack-ui/charts/options'
import { radarEnd } from '@/pack-ui/charts/radar-options'
import { flowOf } from '@/pack-ui/charts/sankey-options'
import { dotsOf } from '@/pack-ui/charts/scatter-options'
import { Trend } from '@/pack-ui/charts/trend'
import type { Card, Portrait, QueryResult, Target } from '@/shared/api/types'
import { toXlsx, zipOf } from '@/shared/format/xlsx'

afterEach(cleanup)
const words = { none: '—', hidden: 'few' }
const figure = (id: string, unit = '%') => ({ id, title: id, title_en: id, kind: 'metric' as const, unit, type: 'number', decimals: 0 })
const dimension = (id: string) => ({ id, title: id, title_en: id, kind: 'dimension' as const, type: 'code', decimals: 0 })
const answer = (columns: QueryResult['columns'], rows: QueryResult['rows'], suppressed: number[][] = []): QueryResult => ({ columns, rows, suppressed, n: 0, as_of: '2026-11-20T00:00:00Z', more: false })
const card = (kind: Card['kind'], result: QueryResult): Card => ({ id: 'c', kind, title: 'C', title_en: 'C', main: false, metrics: ['rate'], by: [], result })
const sides = { here: 'Here', there: 'There' }

describe('pictures', () => {
  it('draws a box for each group that has a spread, and none for a withheld one', () => {
    const parts = ['__n', '__min', '__q1', '__median', '__q3', '__max'].map((part) => figure(`rate${part}`))
    const result = answer([dimension('district'), ...parts], [['A', 3, 1, 2, 3, 4, 5], ['B', 0, null, null, null, null, null]])
    expect(boxesOf(result, words)).toEqual([{ name: 'A', row: 0, numbers: [1, 2, 3, 4, 5] }])
  })

  it('puts a dot where both figures are known, in the group of the second dimension', () => {
    const result = answer([dimension('school'), dimension('kind'), figure('x'), figure('y')], [['S', 'p', 1, 2], ['T', 'q', null, 2], ['U', 'p', 3, 4]])
    expect(dotsOf(result, words).map((group) => [group.name, group.dots.map((dot) => dot.name)])).toEqual([['p', ['S', 'U']]])
  })

  it('sums a flow over neighbours and leaves out what is withheld', () => {
    const result = answer([dimension('a'), dimension('b'), dimension('c'), figure('n', '')], [['x', 'y', 'z', 3], ['x', 'y', 'w', 4], ['x', 'v', 'w', null]])
    const flow = flowOf(result, words)
    expect(flow.links).toEqual([{ source: '0:x', target: '1:y', value: 7 }, { source: '1:y', target: '2:z', value: 3 }, { source: '1:y', target: '2:w', value: 4 }])
    expect(flow.nodes.map((node) => node.id)).toEqual(['0:x', '1:y', '2:z', '2:w'])
  })

  it('keeps the same word apart in two columns of a flow', () => {
    expect(flowOf(answer([dimension('a'), dimension('b'), figure('n', '')], [['x', 'x', 3]]), words).nodes).toHaveLength(2)
  })

  it('ends a radar of shares at 100 and turns it into bars over the figures', () => {
    const result = answer([dimension('area'), figure('p'), figure('q')], [['town', 40, 60], ['country', 20, null]])
    expect(radarEnd([40, 60], '%')).toBe(100)
    expect(radarEnd([40, 60], '人')).toBeCloseTo(66)
    expect(turnedSeries(result, words).series.map((one) => [one.name, one.values])).toEqual([['town', [40, 60]], ['country', [20, null]]])
  })

  it('stacks the series of a stacked card only', () => {
    const data = seriesOf(answer([dimension('d'), dimension('s'), figure('n', '')], [['A', 'p', 1], ['A', 'q', 2]]), words)
    const stacks = (kind: Card['kind']) => (axisOptions(kind, data, inkOf('paper'), true).series as { stack?: string }[]).map((one) => one.stack)
    expect(stacks('stacked')).toEqual(['all', 'all'])
    expect(stacks('bar')).toEqual([undefined, undefined])
  })

  it('writes a long Chinese name in two lines and leaves others alone', () => {
    expect([wrapped('九年一贯制学校'), wrapped('小学'), wrapped('Primary school'), wrapped('City')]).toEqual(['九年一贯\n制学校', '小学', 'Primary\nschool', 'City'])
  })

  it('lays tiles out without a gap where their number allows it', () => {
    expect([4, 10, 9, 7, 1].map(tileColumns)).toEqual([2, 5, 3, 3, 2])
  })

  it('shades more as lighter on a wall and as darker on paper', () => {
    expect(shadeOf(9, 0, 9).text).toBe('#ffffff')
    expect(shadeOf(9, 0, 9, true).text).toBe('#06122b')
  })

  it('opens the dashboard of a box at once, because its members are drawn already', () => {
    expect(wayDown({ ...card('box', answer([], [])), by: ['district', 'school'], drill: 'one_school' }, [])).toEqual({ dashboard: 'one_school' })
  })
})

describe('comparison', () => {
  const here = answer([dimension('year'), figure('rate')], [['2024', 50], ['2025', null]], [[1, 1]])
  const there = answer([dimension('year'), figure('rate')], [['2024', 60], ['2025', 70]])

  it('lays two sides of a line over each other and keeps what is withheld withheld', () => {
    const both = compared(card('line', here), here, there, sides)
    expect(both?.rows).toEqual([['2024', { code: 'here', title: 'Here', title_en: 'Here' }, 50], ['2025', { code: 'here', title: 'Here', title_en: 'Here' }, null], ['2024', { code: 'there', title: 'There', title_en: 'There' }, 60], ['2025', { code: 'there', title: 'There', title_en: 'There' }, 70]])
    expect(both?.suppressed).toEqual([[1, 2]])
  })

  it('puts the other side of a table into further columns, rows of one side included', () => {
    const more = answer(there.columns, [...there.rows, ['2026', null]], [[2, 1]])
    const both = compared(card('table', here), here, more, sides)
    expect(both?.columns.map((column) => column.id)).toEqual(['year', 'rate', 'rate__other'])
    expect(both?.rows).toEqual([['2024', 50, 60], ['2025', null, 70], ['2026', null, null]])
    expect(both?.suppressed).toEqual([[1, 1], [2, 2]])
  })

  it('leaves maps and flows side by side', () => {
    expect(compared(card('map', here), here, there, sides)).toBeNull()
    expect(compared(card('sankey', here), here, there, sides)).toBeNull()
  })

  it('gives pictures beside each other the same ends, unless their figures have several units', () => {
    expect(sharedScale(here, there)).toEqual({ min: 50, max: 70 })
    const mixed = answer([dimension('year'), figure('rate'), figure('n', '人')], [['2024', 50, 3]])
    expect(sharedScale(mixed, mixed)).toBeUndefined()
  })

  it('names the other side of a figure and the difference', () => {
    const one = answer([figure('rate')], [[50]])
    const both = compared(card('kpi', one), one, answer([figure('rate')], [[60]]), sides)
    render(<Kpi card={card('kpi', one)} result={both ?? one} metrics={new Map()} words={words} />)
    expect(screen.getByText('There', { exact: false }).textContent).toBe('There 60%')
    expect(screen.getByText(/10/)).toBeTruthy()
  })

  it('replaces the organisation at every level, and a period alone', () => {
    expect(otherFilters({ district: 'a', school: 's', year: '2025' }, { district: 'b' })).toEqual({ year: '2025', district: 'b' })
    expect(otherFilters({ district: 'a', year: '2025' }, { year: '2024' })).toEqual({ district: 'a', year: '2024' })
    expect(readFilters(new URLSearchParams('vs.year=2024&f.year=2025'), 'vs.')).toEqual({ year: '2024' })
  })
})

describe('screens and plans', () => {
  it('puts the main card in the middle and what is beyond six below it', () => {
    const cards = Array.from({ length: 9 }, (_, i) => ({ ...card('bar', answer([], [])), id: String(i), main: i === 4 }))
    const { main, left, right, middle } = columnsFor(cards)
    expect([main?.id, left.map((one) => one.id), right.map((one) => one.id), middle.map((one) => one.id)]).toEqual(['4', ['0', '1', '2'], ['3', '5', '6'], ['7', '8']])
  })

  it('counts the lamps of the year that was asked for', () => {
    const target = { years: [{ year: 2025, target: 1, lamp: 'green', actual: 1 }, { year: 2026, target: 2, lamp: 'red', actual: 1 }] } as Target
    expect(yearOf(target, 2025)?.lamp).toBe('green')
    expect(lampCounts([target]).red).toBe(1)
    expect(lampCounts([target], 2025).green).toBe(1)
  })
})

describe('portrait', () => {
  const two = (text: string) => ({ zh: text, en: text })
  const portrait: Portrait = {
    id: 'p', title: two('P'), person: { id: '1', name: 'N' }, period: '2025', items: [], totals: [], total_unit: two(''), practise: [], source: two('s'), standard: two('t'),
    bands: [{ from: 90, title: two('优秀'), say: two('') }, { from: 60, title: two('及格'), say: two('') }, { from: 0, title: two('正在努力'), say: two('') }],
  }

  it('says a result in words: value, band, next step, and the scale for those who cannot see it', () => {
    const item = { code: 'run', title: two('跑'), unit: two('秒'), practise: two(''), points: [{ period: '2024', value: 9.4, score: 50 }, { period: '2025', value: 9.1, score: 70 }], band: 1, next: { value: 8.8, upwards: false, band: 0 } }
    render(<ul><PortraitResult portrait={portrait} item={item} /></ul>)
    expect(screen.getByText('9.1 秒')).toBeTruthy()
    expect(screen.getByText('及格', { selector: '.bm-tag' })).toBeTruthy()
    expect(screen.getByText('下一步：到 8.8 秒以内，就是“优秀”。')).toBeTruthy()
    expect(screen.getByRole('img').getAttribute('aria-label')).toContain('标准得分 70')
  })

  it('draws a trend with every number as text', () => {
    render(<Trend label="2024 50, 2025 70" points={[{ at: '2024', value: 50, text: '50' }, { at: '2025', value: 70, text: '70' }]} />)
    expect(screen.getByRole('img', { name: '2024 50, 2025 70' }).querySelectorAll('text')).toHaveLength(4)
  })
})

describe('XLSX', () => {
  it('is a zip whose checksums hold (CRC-32 of 123456789 is cbf43926)', () => {
    const bytes = zipOf([{ name: 'a', text: '123456789' }])
    const view = new DataView(bytes.buffer)
    expect(view.getUint32(0, true)).toBe(0x04034b50)
    expect(view.getUint32(14, true)).toBe(0xcbf43926)
    expect(view.getUint32(bytes.length - 22, true)).toBe(0x06054b50)
    expect(view.getUint16(bytes.length - 12, true)).toBe(1)
  })

  it('writes numbers as numbers, and what looks like a formula as text', () => {
    const text = new TextDecoder().decode(toXlsx([{ name: 'S', rows: [['=1+1', 2.5, null, 'a<b']] }]))
    expect(text).toContain('<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c><c><v>2.5</v></c><c/>')
    expect(text).toContain('a&lt;b')
  })
})
