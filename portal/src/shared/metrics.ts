// The catalogue of metrics, by id: units, definitions, smallest cell.
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, data } from './api/client'
import type { Metric } from './api/types'
import { useRight } from './session/use-me'

export function useMetrics(): Map<string, Metric> {
  const allowed = useRight('metrics.read')
  const query = useQuery({ queryKey: ['metrics'], queryFn: () => data(api.GET('/api/v1/metrics')), staleTime: 300_000, enabled: allowed })
  return useMemo(() => new Map((query.data?.items ?? []).map((metric) => [metric.id, metric])), [query.data])
}
