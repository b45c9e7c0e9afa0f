// Recomputes the public file of a draw of lots in the browser, from nothing but the file: the same steps as the server's program, written a second time.
// SHA-256 of the list, then HMAC_DRBG (NIST SP 800-90A Rev. 1, 10.1.2, SHA-256) over "<list_sha256>:<digits>", then Fisher-Yates from the end.

export type LotteryFile = { format: string; admission: string; year: number; batch: string; list_sha256: string; digits: string; order_sha256: string; list: string[]; order: string[] }
export type Verdict = { good: boolean; drawn: boolean; why: '' | 'format' | 'list_order' | 'list_hash' | 'digits' | 'order' | 'order_hash'; place: number }

const encoder = new TextEncoder()
const none = new Uint8Array(0)
const limit = 1n << 64n

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

async function hmac(key: Uint8Array<ArrayBuffer>, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, bytes))
}

export async function hashOfNumbers(numbers: string[]): Promise<string> {
  const bytes = encoder.encode(numbers.map((number) => `${number}\n`).join(''))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

class HmacDrbg {
  #key: Uint8Array<ArrayBuffer> = new Uint8Array(32).fill(0)
  #value: Uint8Array<ArrayBuffer> = new Uint8Array(32).fill(1)

  async update(provided: Uint8Array) {
    for (const step of [0, 1]) {
      this.#key = await hmac(this.#key, joined(this.#value, new Uint8Array([step]), provided))
      this.#value = await hmac(this.#key, this.#value)
      if (provided.length === 0) return
    }
  }

  /** A whole number below n, each equally likely. */
  async below(n: number): Promise<number> {
    const spare = limit % BigInt(n)
    for (;;) {
      this.#value = await hmac(this.#key, this.#value)
      const drawn = new DataView(this.#value.buffer).getBigUint64(0)
      await this.update(none)
      if (drawn < limit - spare) return Number(drawn % BigInt(n))
    }
  }
}

/** The positions of the list in the order drawn; `told` hears how far it is, 0 to 1. */
export async function drawnOrder(seed: string, n: number, told: (done: number) => void = () => undefined): Promise<number[]> {
  const generator = new HmacDrbg()
  await generator.update(encoder.encode(seed))
  const order = Array.from({ length: n }, (_, i) => i)
  for (let i = n; i > 1; --i) {
    const other = await generator.below(i)
    const last = order[i - 1] as number
    order[i - 1] = order[other] as number
    order[other] = last
    if (i % 500 === 0) told((n - i) / n)
  }
  return order
}

const bad = (why: Verdict['why'], place = 0): Verdict => ({ good: false, drawn: false, why, place })

function before(a: string, b: string): boolean {
  const [x, y] = [encoder.encode(a), encoder.encode(b)]
  for (let i = 0; i < Math.min(x.length, y.length); ++i) if (x[i] !== y[i]) return (x[i] as number) < (y[i] as number)
  return x.length < y.length
}

/** What a text says if it is such a file; null if it is something else. */
export function readLottery(text: string): LotteryFile | null {
  try {
    const file = JSON.parse(text) as Partial<LotteryFile> | null
    const numbers = (list: unknown) => Array.isArray(list) && list.every((one) => typeof one === 'string')
    if (file?.format !== 'banmo-lottery/1' || !numbers(file.list) || !numbers(file.order ?? [])) return null
    return { digits: '', order_sha256: '', order: [], ...file } as LotteryFile
  } catch {
    return null
  }
}

export async function verifyLottery(file: LotteryFile, told?: (done: number) => void): Promise<Verdict> {
  for (let i = 1; i < file.list.length; ++i) if (!before(file.list[i - 1] as string, file.list[i] as string)) return bad('list_order', i + 1)
  if ((await hashOfNumbers(file.list)) !== file.list_sha256) return bad('list_hash')
  if (file.digits === '' && file.order.length === 0 && file.order_sha256 === '') return { good: true, drawn: false, why: '', place: 0 }
  if (!/^[0-9]{6,64}$/.test(file.digits)) return bad('digits')
  const positions = await drawnOrder(`${file.list_sha256}:${file.digits}`, file.list.length, told)
  const wrong = positions.findIndex((position, i) => file.order[i] !== file.list[position])
  if (wrong >= 0) return bad('order', wrong + 1)
  if (file.order.length !== positions.length || (await hashOfNumbers(file.order)) !== file.order_sha256) return bad('order_hash')
  return { good: true, drawn: true, why: '', place: 0 }
}
