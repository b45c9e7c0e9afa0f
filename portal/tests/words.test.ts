import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import admissionEn from '@/shared/i18n/admission-en.json'
import admissionZh from '@/shared/i18n/admission-zh.json'
import askEn from '@/shared/i18n/ask-en.json'
import askZh from '@/shared/i18n/ask-zh.json'
import builderEn from '@/shared/i18n/builder-en.json'
import builderZh from '@/shared/i18n/builder-zh.json'
import en from '@/shared/i18n/en.json'
import helpEn from '@/shared/i18n/help-en.json'
import helpZh from '@/shared/i18n/help-zh.json'
import learningEn from '@/shared/i18n/learning-en.json'
import learningZh from '@/shared/i18n/learning-zh.json'
import planEn from '@/shared/i18n/plan-en.json'
import planZh from '@/shared/i18n/plan-zh.json'
import recordsEn from '@/shared/i18n/records-en.json'
import recordsZh from '@/shared/i18n/records-zh.json'
import servicesEn from '@/shared/i18n/services-en.json'
import servicesZh from '@/shared/i18n/services-zh.json'
import sharesEn from '@/shared/i18n/shares-en.json'
import sharesZh from '@/shared/i18n/shares-zh.json'
import zh from '@/shared/i18n/zh.json'

type Words = { [key: string]: string | Words }

function flat(words: Words, prefix = ''): Map<string, string> {
  return new Map(Object.entries(words).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)])))
}

// Words that are fetched with their pages have a hook of their own in place of `t`.
const chinese = new Map([...flat(zh), ...flat(builderZh), ...flat(planZh), ...flat(recordsZh), ...flat(learningZh, 'learning:'), ...flat(askZh, 'ask:'), ...flat(admissionZh, 'admission:'), ...flat(servicesZh, 'services:'), ...flat(sharesZh, 'shares:'), ...flat(helpZh, 'help.page.')])
const english = new Map([...flat(en), ...flat(builderEn), ...flat(planEn), ...flat(recordsEn), ...flat(learningEn, 'learning:'), ...flat(askEn, 'ask:'), ...flat(admissionEn, 'admission:'), ...flat(servicesEn, 'services:'), ...flat(sharesEn, 'shares:'), ...flat(helpEn, 'help.page.')])
const han = /\p{Script=Han}/u
// schema.d.ts is generated, with the summaries of the server.
const files = readdirSync('src', { recursive: true, withFileTypes: true }).filter((entry) => /\.tsx?$/.test(entry.name) && entry.name !== 'schema.d.ts').map((entry) => `${entry.parentPath}/${entry.name}`)
const sources = files.map((name) => ({ name, text: readFileSync(name, 'utf8') }))

describe('words', () => {
  it('has the same keys in Chinese and English', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  it('fills the same places in both languages', () => {
    const places = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort()
    for (const [key, text] of chinese) expect(places(english.get(key) ?? ''), key).toEqual(places(text))
  })

  it('leaves no word empty and no Chinese in English', () => {
    for (const [key, text] of english) {
      expect(text.trim() === '' && key !== 'list.comma', key).toBe(false)
      if (key !== 'shell.other_language') expect(han.test(text), key).toBe(false)
    }
  })

  it('keeps Chinese out of the source', () => {
    expect(sources.filter((file) => han.test(file.text)).map((file) => file.name)).toEqual([])
  })

  it('has no word that nothing uses', () => {
    const all = sources.map((file) => file.text).join('\n')
    const groups = [...all.matchAll(/t\(`([\w.]+)\./g)].map((match) => match[1]).concat('role', 'sex', 'job', 'value', 'menu', 'help.page', 'search.kind', 'right')
    const learned = [...all.matchAll(/\bw\(`([\w.]+)[._]/g)].map((match) => match[1] ?? '')
    const isUsed = (full: string) => {
      const key = full.replace(/^\w+:/, '')
      return full !== key && (all.includes(`'${key}'`) || learned.some((group) => key.startsWith(group)))
    }
    const unused = [...chinese.keys()].filter((key) => !isUsed(key)).filter((key) => !all.includes(`'${key}'`) && !groups.some((group) => key.startsWith(`${group}.`) || key.startsWith(`${group}_`)) && !/^(card\.change_|plan\.source_|dataset\.export_|field_error\.)/.test(key))
    expect(unused).toEqual([])
  })
})
