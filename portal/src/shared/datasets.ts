// Datasets by the catalogue: one with its fields, and the names of all for those who may see them; others see the id.
import { useQuery } from '@tanstack/react-query'
import { api, data } from './api/client'
import { useRight } from './session/use-me'

export function useDataset(id: string) {
  return useQuery({ queryKey: ['dataset', id], queryFn: () => data(api.GET('/api/v1/datasets/{id}', { params: { path: { id } } })), enabled: id !== '' })
}

export function useDatasetTitles(): (id: string) => string {
  const allowed = useRight('datasets.read')
  const datasets = useQuery({ queryKey: ['datasets'], queryFn: () => data(api.GET('/api/v1/datasets')), enabled: allowed })
  return (id) => datasets.data?.items.find((dataset) => dataset.id === id)?.title ?? id
}
