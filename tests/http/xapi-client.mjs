// SPDX-License-Identifier: Apache-2.0
// How tests speak to /xapi: a key made by somebody, a request under it, a statement to send.
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'

// {key, secret}; `more` are further members of the request (org, own_users, verbs, profiles).
export async function makeKey(by, scopes, more = {}) {
  const made = await by.post('/xapi/keys', { title: '测试工具', scopes, ...more })
  assert.equal(made.status, 201, made.text)
  return made.body
}

export const basic = (key) => `Basic ${Buffer.from(`${key.key}:${key.secret}`).toString('base64')}`

// {status, headers, text, body} of a request by a key (or none) to the server at `url`.
export async function xapi(url, key, method, path, { body, raw, headers = {}, version = '2.0.0' } = {}) {
  const sent = { ...(key && { authorization: basic(key) }), ...(version && { 'x-experience-api-version': version }), ...headers }
  if (body !== undefined) sent['content-type'] = 'application/json'
  const answer = await fetch(`${url}/xapi${path}`, { method, headers: sent, body: raw ?? (body === undefined ? undefined : JSON.stringify(body)) })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: /json/.test(answer.headers.get('content-type') ?? '') && text ? JSON.parse(text) : text }
}

export const account = (name, homePage = 'https://tool.example') => ({ account: { homePage, name } })

export const statement = (more = {}) => ({
  id: randomUUID(),
  actor: account('p-1'),
  verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
  object: { id: 'http://tool.example/lesson/1' },
  ...more,
})

// A statement and the bytes of its one attachment.
export const inParts = (sent, bytes, hash, type = 'text/plain') => ({
  headers: { 'content-type': 'multipart/mixed; boundary=b' },
  raw: Buffer.concat([
    Buffer.from(`--b\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(sent)}\r\n`),
    Buffer.from(`--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: ${hash}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n--b--\r\n'),
  ]),
})

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

// Ids of everything that a question finds, over all its pages, newest first.
export async function idsOf(url, key, query = {}) {
  const found = []
  for (let path = `/statements?${new URLSearchParams({ limit: 500, ...query })}`; path; ) {
    const page = await xapi(url, key, 'GET', path)
    assert.equal(page.status, 200, page.text)
    found.push(...page.body.statements.map((item) => item.id))
    path = page.body.more?.replace(/^\/xapi/, '')
  }
  return found
}
