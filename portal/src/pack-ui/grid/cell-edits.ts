// What was typed into the cells of a grid and what became of it. Kept in the session store of the browser until the server has it, so that a reload
// loses nothing.
export type CellEdit = { state: 'edited' | 'saving' | 'saved' | 'refused'; text: string; sentence?: string }
export type RowEdits = Readonly<Record<string, CellEdit>>

export class CellEdits {
  private rows = new Map<string, RowEdits>()
  private version = 0
  private readonly listeners = new Set<() => void>()

  constructor(private readonly name: string, private readonly store: Storage | undefined = globalThis.sessionStorage) {
    const kept: unknown = JSON.parse(store?.getItem(name) ?? '[]')
    if (Array.isArray(kept)) this.rows = new Map(kept as [string, RowEdits][])
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  snapshot = (): number => this.version

  of(key: string): RowEdits | undefined {
    return this.rows.get(key)
  }

  set(key: string, field: string, edit: CellEdit | null): void {
    const { [field]: _old, ...others } = this.rows.get(key) ?? {}
    const row = edit === null ? others : { ...others, [field]: edit }
    if (Object.keys(row).length === 0) this.rows.delete(key)
    else this.rows.set(key, row)
    this.changed()
  }

  /** Cells that the server does not have: typed and not yet sent, or refused. */
  get waiting(): [key: string, field: string, edit: CellEdit][] {
    return [...this.rows].flatMap(([key, row]) => Object.entries(row).filter(([, edit]) => edit.state !== 'saved').map(([field, edit]): [string, string, CellEdit] => [key, field, edit]))
  }

  private changed(): void {
    this.version += 1
    const unsent = this.waiting
    if (unsent.length === 0) this.store?.removeItem(this.name)
    else this.store?.setItem(this.name, JSON.stringify([...new Map(unsent.map(([key]) => [key, this.kept(key)]))]))
    for (const listener of this.listeners) listener()
  }

  private kept(key: string): RowEdits {
    const row = Object.entries(this.rows.get(key) ?? {}).filter(([, edit]) => edit.state !== 'saved')
    return Object.fromEntries(row.map(([field, edit]) => [field, edit.state === 'saving' ? { ...edit, state: 'edited' as const } : edit]))
  }
}
