// Follows a job to its end: server-sent events first, polling once a second when the stream breaks.
import { useEffect, useState } from 'react'
import { appUrl } from '../base'
import { api, ApiError, data } from './client'
import type { Job } from './types'

const pollMs = 1000

export function ended(job: Job): boolean {
  return job.state === 'done' || job.state === 'failed'
}

/** Calls `onJob` for every state until the job ends; returns the function that stops following. */
export function followJob(id: string, onJob: (job: Job) => void, onError: (error: ApiError) => void): () => void {
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let source: EventSource | undefined
  const stop = () => {
    stopped = true
    source?.close()
    clearTimeout(timer)
  }
  const take = (job: Job) => {
    if (stopped) return
    onJob(job)
    if (ended(job)) stop()
  }
  const poll = async () => {
    try {
      take(await data(api.GET('/api/v1/jobs/{id}', { params: { path: { id } } })))
    } catch (error) {
      if (!stopped && error instanceof ApiError) onError(error)
    }
    if (!stopped) timer = setTimeout(poll, pollMs)
  }
  if (typeof EventSource === 'undefined') {
    void poll()
    return stop
  }
  source = new EventSource(appUrl(`api/v1/jobs/${encodeURIComponent(id)}`))
  source.addEventListener('job', (event: MessageEvent<string>) => take(JSON.parse(event.data) as Job))
  source.onerror = () => {
    source?.close()
    if (!stopped && timer === undefined) void poll()
  }
  return stop
}

/** The latest state of a job, and the failure to follow it if there is one. */
export function useJob(id: string | null): { job?: Job; error?: ApiError } {
  const [state, setState] = useState<{ id: string; job?: Job; error?: ApiError }>()
  useEffect(() => {
    if (id === null) return undefined
    return followJob(id, (job) => setState({ id, job }), (error) => setState((old) => ({ ...old, id, error })))
  }, [id])
  return state !== undefined && state.id === id ? state : {}
}
