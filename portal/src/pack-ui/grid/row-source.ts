// Rows that arrive page by page behind the grid: some thousands ahead of what is seen, never all at once. Lives in the query cache; the grid subscribes.
import type { Row } from '@/shared/api/types'

export type RowPage = { items: Row[]; next?: string }
type FetchPage = (after: string | undefined) => Promise<RowPage>

const ahead = 8000

export class RowSource {
  readonly rows: Row[] = []
  private next: string | undefined
  private wanted = 0
  private busy = false
  private version = 0
  private readonly listeners = new Set<() => void>()
  private readonly places = new Map<string, number>()
  error: unknown = null

  private constructor(private readonly fetchPage: FetchPage, first: RowPage) {
    this.take(first)
  }

  static async open(fetchPage: FetchPage): Promise<RowSource> {
    return new RowSource(fetchPage, await fetchPage(undefined))
  }

  get more(): boolean {
    return this.next !== undefined
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    void this.work()
    return () => this.listeners.delete(listener)
  }

  snapshot = (): number => this.version

  /** Says how far the reader has come; pages behind it are fetched. */
  want(index: number): void {
    this.wanted = Math.max(this.wanted, index)
    void this.work()
  }

  retry(): void {
    this.error = null
    void this.work()
  }

  /** Puts a changed row in the place of the old one; false if it is not among those that were read. */
  put(row: Row): boolean {
    const place = this.places.get(row._key)
    if (place === undefined) return false
    this.rows[place] = row
    this.tell()
    return true
  }

  private take(page: RowPage): void {
    for (const row of page.items) {
      this.places.set(row._key, this.rows.length)
      this.rows.push(row)
    }
    this.next = page.next
  }

  private tell(): void {
    this.version += 1
    for (const listener of this.listeners) listener()
  }

  // One page after another, as long as somebody looks.
  private async work(): Promise<void> {
    if (this.busy || this.error !== null) return
    this.busy = true
    try {
      while (this.next !== undefined && this.listeners.size > 0 && this.rows.length < this.wanted + ahead) {
        this.take(await this.fetchPage(this.next))
        this.tell()
      }
    } catch (error) {
      this.error = error
      this.tell()
    } finally {
      this.busy = false
    }
  }
}
