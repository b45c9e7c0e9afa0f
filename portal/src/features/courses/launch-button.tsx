// Opens a unit in a window of its own. The window is opened by the click itself, because browsers stop those that come later; a stopped one leaves a link.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { api, data } from '@/shared/api/client'
import { useLearningWords } from '@/shared/i18n/learning'
import { ProblemNote } from '@/shared/ui/problem-note'

type Props = { course: string; unit: number; title: string; again: boolean }

export function LaunchButton({ course, unit, title, again }: Props) {
  const w = useLearningWords()
  const cache = useQueryClient()
  const launch = useMutation({
    mutationFn: async (opened: Window | null) => {
      try {
        const body = { unit, return_path: `/course?id=${course}` }
        const made = await data(api.POST('/api/v1/courses/{id}/launch', { params: { path: { id: course } }, body }))
        opened?.location.replace(made.url)
        return { url: made.url, isOpen: opened !== null }
      } catch (error) {
        opened?.close()
        throw error
      }
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: ['course-progress', course] }),
  })
  const start = () => {
    const opened = window.open('about:blank', '_blank')
    if (opened !== null) opened.opener = null // a unit has no business in the portal's window
    launch.mutate(opened)
  }
  return (
    <>
      <Button type={again ? 'default' : 'primary'} loading={launch.isPending} onClick={start} aria-label={`${w(again ? 'courses.again' : 'courses.launch')}: ${title}`}>{w(launch.isPending ? 'courses.launching' : again ? 'courses.again' : 'courses.launch')}</Button>
      {launch.data?.isOpen === false && <a className="bm-problem" href={launch.data.url} target="_blank" rel="noopener noreferrer">{w('courses.blocked')}</a>}
      <ProblemNote error={launch.error} />
    </>
  )
}
