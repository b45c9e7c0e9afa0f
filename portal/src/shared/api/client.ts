// The one door to the server: typed requests below the base, sentences in the reader's language, failures as ApiError.
import createClient from 'openapi-fetch'
import i18next from 'i18next'
import { appUrl } from '../base'
import { reportLost } from '../connection'
import type { paths } from './schema'
import type { Fault, Problem } from './types'

/** A request that the server refused, or that did not reach it (status 0). */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title)
    this.name = 'ApiError'
  }
}

/** The failure of a part (a card, a job): it has a code and a sentence, but no answer of its own. */
export function partError(fault: Fault): ApiError {
  const title = i18next.language === 'en' ? fault.detail.en : fault.detail.zh
  return new ApiError({ type: 'about:blank', status: 0, ...fault, title })
}

export function unreachable(cause?: unknown): ApiError {
  if (!(cause instanceof DOMException && cause.name === 'AbortError')) reportLost()
  return new ApiError({
    type: 'about:blank', status: 0, code: 'network.unreachable', title: i18next.t('error.unreachable'),
    detail: { zh: i18next.t('error.unreachable'), en: i18next.t('error.unreachable') },
  })
}

/** Reads a refused answer; an answer that is no problem document still gets a sentence and a code. */
export async function problemOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  if (isProblem(body)) return new ApiError({ ...body, status: response.status })
  const title = i18next.t('error.status', { status: response.status })
  return new ApiError({ type: 'about:blank', status: response.status, code: `http.${response.status}`, title, detail: { zh: title, en: title } })
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'title' in body
}

/** Headers that every request carries; changes with the cookie need X-Requested-With. */
export function commonHeaders(): Record<string, string> {
  return { 'Accept-Language': i18next.language === 'en' ? 'en' : 'zh-CN', 'X-Requested-With': 'banmo' }
}

/** A random key for POST requests that create something. getRandomValues also exists outside secure contexts. */
export function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Fetch with common headers; throws ApiError for anything but 2xx. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  for (const [name, value] of Object.entries(commonHeaders())) headers.set(name, value)
  const response = await fetch(appUrl(path), { credentials: 'same-origin', ...init, headers }).catch((cause: unknown) => {
    throw unreachable(cause)
  })
  if (!response.ok) throw await problemOf(response)
  return response
}

export const api = createClient<paths>({
  baseUrl: appUrl('').replace(/\/$/, ''),
  credentials: 'same-origin',
  querySerializer: { array: { style: 'form', explode: true } },
})

api.use({
  onRequest({ request }) {
    for (const [name, value] of Object.entries(commonHeaders())) request.headers.set(name, value)
    return request
  },
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response)
    return response
  },
  onError({ error }) {
    return error instanceof ApiError ? error : unreachable(error)
  },
})

/** In English, names that the server gives twice (title, title_en) are told in English. */
export function localised(value: unknown): unknown {
  if (i18next.language !== 'en' || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(localised)
  const told = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, localised(part)]))
  return typeof told.title_en === 'string' && told.title_en !== '' ? { ...told, title: told.title_en } : told
}

/** The data of an answer; failures were thrown before. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return localised((await answer).data) as T
}
