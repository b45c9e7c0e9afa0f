// What is typed into the form of a case: kept in the tab with every key, sent when the typing pauses, one request at a time. Nothing typed is dropped by
// an error, by a reload, or by somebody who changed the case meanwhile.
import { dropDraft, keepDraft, readDraft } from '@/pack-ui/form/draft'
import { readInput, rowInput } from '@/pack-ui/form/values'
import { ApiError } from '@/shared/api/client'
import type { Case, Field, Value } from '@/shared/api/types'

export type Texts = Record<string, string>
/** A field that somebody else changed while it was typed into. */
export type Clash = { field: string; theirs: string; mine: string }
/** kept: the server has all; typing: not sent yet; stuck: a field has to be mended; waiting: the request failed; clash: see Clash; gone: the form is no longer the reader's. */
export type DraftState = 'kept' | 'typing' | 'sending' | 'stuck' | 'waiting' | 'clash' | 'gone'
export type Wrong = 'value' | 'number' | 'length'
export type DraftView = { one: Case; state: DraftState; texts: Texts; wrong: Record<string, Wrong>; refused: Texts; clashes: Clash[]; error?: unknown; savedAt?: number }
export type DraftDoor = { save: (seq: number, values: Record<string, Value>) => Promise<Case>; read: () => Promise<Case> }

const pause_ms = 800
const chosenPause_ms = 150 // what is chosen is whole at once, and may decide what else is asked for
const prefix = 'banmo.draft.case ' // drafts of this name go when another person signs in

/** What is wrong with a text before it is sent; undefined: nothing. */
export function wrongOf(field: Field, text: string): Wrong | undefined {
  if (readInput(field, text) === undefined) return field.type === 'int' || field.type === 'decimal' || field.type === 'year' ? 'number' : 'value'
  const length = [...text.trim()].length
  const isLong = field.type === 'text' && length > 0 && (length < (field.min ?? 0) || length > (field.max ?? Infinity))
  return isLong ? 'length' : undefined
}

/** The sentences of a refusal by field; a refusal that names no field of these gives nothing. */
export function sentencesOf(error: unknown, fields: string[], pick: (text: { zh: string; en: string }) => string): Texts {
  if (!(error instanceof ApiError)) return {}
  const { problem } = error
  const reasons = problem.errors ?? (problem.where === undefined || problem.detail === undefined ? [] : [{ where: problem.where, detail: problem.detail }])
  return Object.fromEntries(reasons.flatMap(({ where, detail }) => fields.filter((field) => where === `$.values.${field}`).map((field) => [field, pick(detail)])))
}

export class CaseDraft {
  private typed: Texts
  private sent: Texts = {}
  private refusedTexts: Texts = {}
  private timer: ReturnType<typeof setTimeout> | undefined
  private running: Promise<void> | undefined
  private readonly listeners = new Set<() => void>()
  private view: DraftView

  constructor(one: Case, private readonly fields: Field[], private readonly door: DraftDoor, private readonly pick: (text: { zh: string; en: string }) => string) {
    this.typed = readDraft(prefix + one.id)
    this.view = { one, state: 'kept', texts: {}, wrong: {}, refused: {}, clashes: [] }
    this.tell({ state: this.pending().length > 0 ? 'typing' : 'kept' })
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly snapshot = () => this.view

  change(id: string, text: string): void {
    this.typed[id] = text
    delete this.refusedTexts[id]
    const { [id]: _wrong, ...wrong } = this.view.wrong
    const { [id]: _refused, ...refused } = this.view.refused
    this.keep()
    this.tell({ wrong, refused, state: this.view.state === 'clash' || this.view.state === 'gone' ? this.view.state : 'typing' })
    clearTimeout(this.timer)
    const type = this.fields.find((field) => field.id === id)?.type
    this.timer = setTimeout(() => void this.flush(), type === 'code' || type === 'bool' || type === 'date' || type === 'org' ? chosenPause_ms : pause_ms)
  }

  /** Sends what is not sent yet. True if the server then has all of it. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer)
    if (this.view.state === 'clash' || this.view.state === 'gone') return false
    this.running ??= this.sendAll().finally(() => { this.running = undefined })
    await this.running
    return this.pending().length === 0
  }

  /** A later state of the case, read elsewhere. What is typed stays; what somebody else changed meanwhile is told. */
  meet(one: Case): void {
    if (one.seq <= this.view.one.seq) return
    const before = this.view.one
    for (const [id, text] of Object.entries(this.sent)) if (this.typed[id] === text) delete this.typed[id]
    this.sent = {}
    const clashes = this.pending().filter((field) => rowInput(field, before.row) !== rowInput(field, one.row)).map((field) => ({ field: field.id, theirs: rowInput(field, one.row), mine: this.typed[field.id] ?? '' }))
    const lost = this.pending().length > 0 && !one.can_save
    this.tell({ one, clashes, state: lost ? 'gone' : clashes.length > 0 ? 'clash' : this.view.state })
  }

  /** Ends a clash: with what was typed here, or with what the others wrote. */
  settle(whose: 'mine' | 'theirs'): Promise<boolean> {
    if (whose === 'theirs') for (const { field } of this.view.clashes) delete this.typed[field]
    this.keep()
    this.tell({ clashes: [], state: 'typing' })
    return this.flush()
  }

  /** Sentences of a refused move beside the fields that they are about. */
  refuse(refused: Texts): void {
    this.tell({ refused: { ...this.view.refused, ...refused } })
  }

  /** What is typed into a field that the form does not ask for any more stays in this tab until it does again. */
  private pending(): Field[] {
    const hidden = new Set(this.view.one.form.filter((input) => !input.asked).map((input) => input.field))
    return this.unsaved().filter((field) => !hidden.has(field.id))
  }

  private unsaved(): Field[] {
    return this.fields.filter(({ id }) => this.typed[id] !== undefined && this.typed[id] !== this.sent[id]).filter((field) => this.typed[field.id] !== rowInput(field, this.view.one.row))
  }

  private async sendAll(): Promise<void> {
    for (;;) {
      const pending = this.pending()
      const wrong = Object.fromEntries(pending.flatMap((field) => { const what = wrongOf(field, this.typed[field.id] ?? ''); return what === undefined ? [] : [[field.id, what]] }))
      const ready = pending.filter(({ id }) => wrong[id] === undefined && this.refusedTexts[id] !== this.typed[id])
      if (ready.length === 0) return this.tell({ wrong, error: undefined, state: pending.length > 0 ? 'stuck' : 'kept' })
      const texts: Texts = Object.fromEntries(ready.map(({ id }) => [id, this.typed[id] ?? '']))
      this.tell({ wrong, state: 'sending' })
      try {
        const one = await this.door.save(this.view.one.seq, Object.fromEntries(ready.map((field) => [field.id, readInput(field, texts[field.id] ?? '') ?? null])))
        Object.assign(this.sent, texts)
        this.tell({ one, error: undefined, savedAt: Date.now() })
        this.keep()
      } catch (error) {
        if (!(await this.survive(error, texts))) return
      }
    }
  }

  /** True if what is left can be sent at once. */
  private async survive(error: unknown, texts: Texts): Promise<boolean> {
    if (error instanceof ApiError && error.problem.code === 'flows.case_changed') {
      try {
        this.meet(await this.door.read())
      } catch (failure) {
        this.tell({ error: failure, state: 'waiting' })
        return false
      }
      return this.view.state !== 'clash' && this.view.state !== 'gone'
    }
    const refused = sentencesOf(error, Object.keys(texts), this.pick)
    for (const id of Object.keys(refused)) this.refusedTexts[id] = texts[id] ?? ''
    const isForm = Object.keys(refused).length > 0
    this.tell(isForm ? { refused: { ...this.view.refused, ...refused } } : { error, state: 'waiting' })
    return isForm
  }

  private keep(): void {
    const texts = Object.fromEntries(this.unsaved().map(({ id }) => [id, this.typed[id] ?? '']))
    if (Object.keys(texts).length > 0) keepDraft(prefix + this.view.one.id, texts)
    else dropDraft(prefix + this.view.one.id)
  }

  private tell(changes: Partial<DraftView>): void {
    const one = changes.one ?? this.view.one
    const texts = Object.fromEntries(this.fields.map((field) => [field.id, this.typed[field.id] ?? rowInput(field, one.row)]))
    this.view = { ...this.view, ...changes, texts }
    for (const listener of this.listeners) listener()
  }
}
