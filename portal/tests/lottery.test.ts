// The browser's recomputation of a draw: the vector was made by a third program, and src/models/settle_test.cpp has the same.
import { webcrypto } from 'node:crypto'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { hashOfNumbers, readLottery, verifyLottery, type LotteryFile } from '@/features/admission/lottery'

const list = Array.from({ length: 12 }, (_, i) => `K${100 + i}`)
const file: LotteryFile = {
  format: 'banmo-lottery/1', admission: 'high', year: 2026, batch: 'lots', digits: '314159', list,
  list_sha256: '1bd2b400ee5ba674a09a52a35f4685c9bfcbe271926d89802560da64a9e10942',
  order: ['K102', 'K107', 'K100', 'K109', 'K105', 'K106', 'K110', 'K104', 'K103', 'K101', 'K108', 'K111'],
  order_sha256: '27608a02a0e4127c06580347d964d6280f723467c1b3eaf96d80d57d9c91933e',
}

beforeAll(() => {
  if (!('subtle' in crypto)) vi.stubGlobal('crypto', webcrypto)
})

describe('a file of a draw', () => {
  it('is recomputed to the same order', async () => {
    expect(await hashOfNumbers(list)).toBe(file.list_sha256)
    expect(await verifyLottery(file)).toEqual({ good: true, drawn: true, why: '', place: 0 })
  })

  it('may be published before the draw', async () => {
    expect(await verifyLottery({ ...file, digits: '', order: [], order_sha256: '' })).toMatchObject({ good: true, drawn: false })
  })

  it('tells every change, and where it stands', async () => {
    const swapped = [...file.order]
    ;[swapped[3], swapped[7]] = [swapped[7] as string, swapped[3] as string]
    expect(await verifyLottery({ ...file, order: swapped })).toMatchObject({ good: false, why: 'order', place: 4 })
    expect(await verifyLottery({ ...file, digits: '314158' })).toMatchObject({ good: false, why: 'order' })
    expect(await verifyLottery({ ...file, digits: '31' })).toMatchObject({ good: false, why: 'digits' })
    expect(await verifyLottery({ ...file, list: [...list.slice(1)] })).toMatchObject({ good: false, why: 'list_hash' })
    expect(await verifyLottery({ ...file, list: [list[1] as string, list[0] as string, ...list.slice(2)] })).toMatchObject({ good: false, why: 'list_order', place: 2 })
    expect(await verifyLottery({ ...file, order_sha256: '00' })).toMatchObject({ good: false, why: 'order_hash' })
  })

  it('is told from any other file', () => {
    expect(readLottery(JSON.stringify(file))).toEqual(file)
    expect(readLottery('{"format":"other"}')).toBeNull()
    expect(readLottery('not json')).toBeNull()
    expect(readLottery('null')).toBeNull()
  })
})
