// What is being built: the form of a dashboard, with a key for each card that stays with it through moves. Changes give a new value; nothing is kept here.
import type { BoardForm, CardForm, CardKind, Metric } from '@/shared/api/types'

export type Built = { form: BoardForm; keys: string[]; yaml: string | null; version: number }

let made = 0
function freshKey(): string {
  made += 1
  return `${Date.now().toString(36)}-${made}`
}

/** A list without what stands at a place, and one with something more there. */
export function without<T>(list: T[], at: number): T[] {
  return list.filter((_, index) => index !== at)
}
function put<T>(list: T[], at: number, one: T): T[] {
  return [...list.slice(0, at), one, ...list.slice(at)]
}

export const emptyForm: BoardForm = { id: '', title: '', title_en: '', roles: [], filters: [], org_page: [], defaults: {}, screen: false, cards: [] }

export function builtOf(form: BoardForm, version: number, yaml: string | null = null): Built {
  return { form, keys: form.cards.map(freshKey), yaml, version }
}

/** A copy to edit: what a pack delivers stays as it is. */
export function copyOf(form: BoardForm): BoardForm {
  return { ...form, id: `${form.id.slice(0, 40)}_copy` }
}

const emptyCard = { id: '', title: '', title_en: '', compare: '', top: 0, drill: '', main: false } as const

/** A card that can be drawn at once: as many figures and groups of the first metric as its kind needs. */
export function newCard(kind: CardKind, metrics: Metric[]): CardForm {
  const fits = metrics.filter((metric) => metric.dims.length >= kind.min_by)
  const [first] = fits
  const chosen = fits.filter((metric) => metric.dataset === first?.dataset && metric.unit === first?.unit).slice(0, Math.max(1, kind.min_metrics))
  const dims = (first?.dims ?? []).filter((dim) => dim.id !== 'city').map((dim) => dim.id)
  const by = kind.kind === 'map' ? ['district'] : dims.slice(0, kind.min_by)
  return { ...emptyCard, kind: kind.kind, metrics: chosen.map((metric) => metric.id), by }
}

function withCards(built: Built, cards: CardForm[], keys: string[]): Built {
  return { ...built, form: { ...built.form, cards }, keys }
}

export function addCard(built: Built, card: CardForm, at = built.keys.length): Built {
  return withCards(built, put(built.form.cards, at, card), put(built.keys, at, freshKey()))
}

export function dropCard(built: Built, at: number): Built {
  return withCards(built, without(built.form.cards, at), without(built.keys, at))
}

export function changeCard(built: Built, at: number, changes: Partial<CardForm>): Built {
  return withCards(built, built.form.cards.map((card, index) => (index === at ? { ...card, ...changes } : card)), built.keys)
}

/** Takes a card from one place to another; places beyond the ends change nothing. */
export function moveCard(built: Built, from: number, to: number): Built {
  const card = built.form.cards[from]
  const key = built.keys[from]
  if (card === undefined || key === undefined || to < 0 || to >= built.keys.length || from === to) return built
  return withCards(built, put(without(built.form.cards, from), to, card), put(without(built.keys, from), to, key))
}

/** Dimensions that all metrics of a card share, in the order of the first. */
export function sharedDims(chosen: string[], metrics: Map<string, Metric>): { id: string; title: string }[] {
  const [first, ...others] = chosen.flatMap((id) => metrics.get(id) ?? [])
  return (first?.dims ?? []).filter((dim) => others.every((metric) => metric.dims.some((one) => one.id === dim.id)))
}

/** Every dimension that some card of the board could be filtered by. */
export function boardDims(form: BoardForm, metrics: Map<string, Metric>): { id: string; title: string }[] {
  const dims = form.cards.flatMap((card) => card.metrics).flatMap((id) => metrics.get(id)?.dims ?? [])
  return [...new Map(dims.map((dim) => [dim.id, dim])).values()]
}
