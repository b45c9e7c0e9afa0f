import type learning from './learning-zh.json'
import type zh from './zh.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof zh; learning: typeof learning }
    returnNull: false
  }
}
