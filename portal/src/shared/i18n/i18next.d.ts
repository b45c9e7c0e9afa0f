import type admission from './admission-zh.json'
import type ask from './ask-zh.json'
import type builder from './builder-zh.json'
import type learning from './learning-zh.json'
import type plan from './plan-zh.json'
import type records from './records-zh.json'
import type services from './services-zh.json'
import type shares from './shares-zh.json'
import type zh from './zh.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof zh & typeof builder & typeof plan & typeof records; admission: typeof admission; ask: typeof ask; learning: typeof learning; services: typeof services; shares: typeof shares }
    returnNull: false
  }
}
