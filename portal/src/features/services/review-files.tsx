// What came with the work under review, as far as the reviewer may see it: by kind and number, for a file's own name may say whose it is.
import { useQuery } from '@tanstack/react-query'
import { api, data } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/numbers'
import { useServiceWords } from '@/shared/i18n/services'
import { useTwo } from '@/shared/i18n/use-two'
import { DownloadButton } from '@/shared/ui/download-button'
import { QueryView } from '@/shared/ui/query-view'

const bytesPerKb = 1024

export function ReviewFiles({ id }: { id: string }) {
  const w = useServiceWords()
  const two = useTwo()
  const files = useQuery({ queryKey: ['review-files', id], queryFn: () => data(api.GET('/api/v1/reviews/{review}/files', { params: { path: { review: id } } })) })
  if (files.data?.items.length === 0) return null
  return (
    <section className="bm-panel" aria-labelledby="work-files">
      <h2 id="work-files">{w('papers.title')}</h2>
      <QueryView query={files} rows={1}>
        {({ items }) => (
          <ul className="bm-files">
            {items.map((file, at) => {
              const before = items.slice(0, at).filter((other) => other.file === file.file).length
              const name = before === 0 ? two(file.title) : `${two(file.title)} ${formatNumber(before + 1)}`
              return <li key={file.id}><DownloadButton path={`api/v1/reviews/${id}/files/${file.id}`} name={name} type="link">{name}</DownloadButton> <small>{formatNumber(Math.ceil(file.n_bytes / bytesPerKb))} kB</small></li>
            })}
          </ul>
        )}
      </QueryView>
    </section>
  )
}
