import type { LearningRecord } from '@/shared/api/types'
import { useAddress } from '@/shared/ui/search-params'
import type { RecordPlace } from './record-sheet'

/** The record that stands open, in the address. */
export function useOpenRecord(): { place: RecordPlace | null; open: (record: LearningRecord) => void; close: () => void } {
  const [address, change] = useAddress()
  const id = address.get('record')
  return {
    place: id === null ? null : { id, org: address.get('record_org') ?? '' },
    open: (record) => change({ record: record.id, record_org: record.tool.org?.id }),
    close: () => change({ record: undefined, record_org: undefined }),
  }
}
