// What the records pages ask for.
import { useQuery } from '@tanstack/react-query'
import { api, data } from '@/shared/api/client'

export { useDataset } from '@/shared/datasets'

export function useDatasets() {
  return useQuery({ queryKey: ['datasets'], queryFn: () => data(api.GET('/api/v1/datasets')) })
}

/** Path of a file that belongs to a dataset, with the filters of the grid. */
export function datasetFile(id: string, file: string, query: Record<string, string | undefined>, filters: string[] = []): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) params.set(key, value)
  for (const filter of filters) params.append('filter', filter)
  return `api/v1/datasets/${encodeURIComponent(id)}/${file}?${params.toString()}`
}
