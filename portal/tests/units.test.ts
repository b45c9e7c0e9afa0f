import { describe, expect, it } from 'vitest'
import { deepLink } from '@/app/deep-link'
import { printDrill, readDrill, readFilters } from '@/features/metrics/address'
import { bullet, lampCounts, latestYear } from '@/features/plan/targets'
import { dimAt, figureText, keyOf, tableOf, wayDown, whereOfRow } from '@/pack-ui/cards/result'
import { shadeOf } from '@/pack-ui/cards/shades'
import { seriesOf } from '@/pack-ui/charts/options'
import { readInput } from '@/pack-ui/form/values'
import { parseFilter, printFilter } from '@/pack-ui/grid/filters'
import type { Card, Field, Metric, QueryResult, Target } from '@/shared/api/types'
import { fileName } from '@/shared/download'
import { toCsv } from '@/shared/format/csv'

const metric: Metric = { id: 'rate', pack: 'p', title: 'Rate', title_en: 'Rate', unit: '%', kind: 'ratio', dims: [], min_cell: 10, synonyms: [], definition: '' }
const metrics = new Map([['rate', metric]])
const words = { none: '—', hidden: 'few' }
const result: QueryResult = {
  columns: [{ id: 'district', title: 'District', title_en: 'District', kind: 'dimension', type: 'org', decimals: 0 }, { id: 'sex', title: 'Sex', title_en: 'Sex', kind: 'dimension', type: 'code', decimals: 0 }, { id: 'rate', title: 'Rate', title_en: 'Rate', kind: 'metric', unit: '%', type: 'decimal', decimals: 1 }],
  rows: [[{ id: 'a', title: 'A' }, 'm', 81.5], [{ id: 'a', title: 'A' }, 'f', null], [{ id: 'b', title: 'B' }, 'm', 90]],
  suppressed: [[1, 2]], n: 3, as_of: '2026-11-20T00:00:00Z', more: false,
}
const card: Card = { id: 'c', kind: 'bar', title: 'C', title_en: 'C', main: false, metrics: ['rate'], by: ['district'], drill: 'school', result }
const target = (lamps: Target['years']): Target => ({ id: 't', plan: 'p', section: 's', item: 'i', unit: '%', measure: 'm', op: '>=', source: 'computed', responsible: 'r', years: lamps, n_files: 0, n_notes: 0, awaits_reply: false })

describe('figures', () => {
  it('reads a hidden cell as below the smallest cell of its metric', () => {
    expect(figureText(result, 1, 2, metrics, words)).toBe('<10')
    expect(figureText(result, 1, 2, new Map(), words)).toBe('few')
    expect(tableOf(result, metrics, words).rows[1]).toEqual(['A', 'f', '<10'])
  })

  it('writes a figure with its unit', () => {
    expect(figureText(result, 0, 2, metrics, words, true)).toBe('81.5%')
  })

  it('picks a row by the ids of its dimensions', () => {
    expect(whereOfRow(result, 2)).toEqual({ district: 'b', sex: 'm' })
  })

  it('draws one series for each value of the second dimension and leaves gaps for hidden cells', () => {
    const { names, series } = seriesOf(result, words)
    expect(names).toEqual(['A', 'B'])
    expect(series.map((one) => [one.name, one.values])).toEqual([['m', [81.5, 90]], ['f', [null, null]]])
  })

  it('goes down the levels to the school, then to the dashboard that the card names', () => {
    const district = { dim: 'district', id: 'a', title: 'A' }
    const named: Card = { ...card, drill: 'fit_school' }
    expect(wayDown(named, [])).toEqual({ dim: 'school' })
    expect(dimAt(named, [district])).toBe('school')
    expect(wayDown(named, [district])).toEqual({ dashboard: 'fit_school' })
    expect(wayDown({ ...named, by: ['grade'] }, [])).toEqual({ dashboard: 'fit_school' })
    expect(wayDown(card, [district])).toBeUndefined()
    expect(wayDown({ ...card, drill: undefined }, [])).toBeUndefined()
  })

  it('takes organisations, codes and plain values as dimensions', () => {
    expect([keyOf({ id: 'o', title: 'O' }), keyOf({ code: '1', title: 'One', title_en: 'One' }), keyOf(2025), keyOf(null)]).toEqual(['o', '1', 2025, null])
  })

  it('shades the largest value darkest and no value grey', () => {
    expect(shadeOf(10, 0, 10).ground).toBe('#0a3f97')
    expect(shadeOf(null, 0, 10).ground).toBe('#eceef2')
  })
})

describe('addresses', () => {
  it('turns the addresses of the server into pages', () => {
    expect(deepLink('/datasets/core.fit', '')).toBe('/dataset?id=core.fit')
    expect(deepLink('/datasets/x/quarantine', '?batch=b')).toBe('/quarantine?batch=b&id=x')
    expect(deepLink('/dashboards/fitness', '?f.year=2025')).toBe('/dashboard?f.year=2025&id=fitness')
    expect(deepLink('/nothing/x', '')).toBeNull()
  })

  it('keeps the way down through the address', () => {
    const path = [{ dim: 'district', id: 'a~|b', title: '市 ~ 1' }, { dim: 'school', id: '2', title: 'S' }]
    expect(readDrill(new URLSearchParams([['drill.c', printDrill(path) ?? '']]), 'c')).toEqual(path)
    expect(printDrill([])).toBeUndefined()
  })

  it('reads only filters as filters', () => {
    expect(readFilters(new URLSearchParams('id=x&f.year=2025&compare=prior'))).toEqual({ year: '2025' })
  })

  it('keeps colons in the value of a column filter', () => {
    expect(parseFilter('at:ge:2026-01-01T08:00')).toEqual({ field: 'at', op: 'ge', value: '2026-01-01T08:00' })
    expect(printFilter({ field: 'a', op: 'null', value: '' })).toBe('a:null:')
    expect(parseFilter('a:drop:1')).toBeNull()
  })
})

describe('files', () => {
  it('neutralises formulas and quotes cells', () => {
    expect(toCsv(['a'], [['=1+1'], ['x,"y"'], [-3], [null]])).toBe('\uFEFFa\r\n\'=1+1\r\n"x,""y"""\r\n-3\r\n\r\n')
  })

  it('takes the wide name of a file first', () => {
    expect(fileName("attachment; filename=a.csv; filename*=UTF-8''%E5%B8%82.csv", 'x')).toBe('市.csv')
    expect(fileName(null, 'x')).toBe('x')
  })
})

describe('forms', () => {
  const field = (type: Field['type'], more: Partial<Field> = {}): Field => ({ id: 'f', title: 'F', title_en: 'F', type, required: false, level: 'L1', masked: false, computed: false, person: false, ...more })
  it('gives texts the type of their field and refuses what does not fit', () => {
    expect(readInput(field('int', { min: 1, max: 12 }), ' 7 ')).toBe(7)
    expect(readInput(field('int', { min: 1, max: 12 }), '13')).toBeUndefined()
    expect(readInput(field('int'), '1.5')).toBeUndefined()
    expect(readInput(field('date'), '2026/1/1')).toBeUndefined()
    expect(readInput(field('text'), '')).toBeNull()
    expect(readInput(field('bool'), 'true')).toBe(true)
  })
})

describe('plan', () => {
  const years: Target['years'] = [{ year: 2025, target: 60, actual: 64, lamp: 'green' }, { year: 2026, target: 80, actual: 70, lamp: 'red' }, { year: 2027, target: 100, lamp: 'grey' }]
  it('judges a target by its last year with a value', () => {
    expect(latestYear(target(years))?.year).toBe(2026)
    expect(lampCounts([target(years), target([{ year: 2025, target: 1, lamp: 'grey' }])])).toEqual({ green: 0, yellow: 0, red: 1, grey: 1 })
  })

  it('shows all years of a target on one scale', () => {
    const [first, , last] = years
    expect(first && bullet(target(years), first)).toEqual({ actual: 64, target: 60 })
    expect(last && bullet({ ...target(years), unit: 'x' }, last).target).toBeCloseTo(90.9, 1)
  })
})
