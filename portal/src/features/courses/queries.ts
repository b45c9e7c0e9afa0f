// What the pages on courses ask for, and who reads them.
import { useQuery } from '@tanstack/react-query'
import { api, data } from '@/shared/api/client'
import { useMe } from '@/shared/session/use-me'

export function useCourse(id: string) {
  return useQuery({ queryKey: ['course', id], queryFn: () => data(api.GET('/api/v1/courses/{id}', { params: { path: { id } } })), enabled: id !== '' })
}

/** The first page of who is how far: for a pupil oneself alone. A unit is worked through in another window, so it is asked again whenever this one is looked at. */
export function useOwnProgress(id: string) {
  return useQuery({
    queryKey: ['course-progress', id, 'own'],
    queryFn: () => data(api.GET('/api/v1/courses/{id}/progress', { params: { path: { id } } })),
    refetchOnWindowFocus: 'always', staleTime: 0,
  })
}

/** 'learner' launches units, 'family' reads of the children, 'staff' registers and looks after students. */
export function useCourseRole(): 'learner' | 'family' | 'staff' {
  const held = useMe().data?.roles.map((one) => one.role) ?? []
  if (held.some((role) => role !== 'student' && role !== 'guardian')) return 'staff'
  return held.includes('student') ? 'learner' : 'family'
}
