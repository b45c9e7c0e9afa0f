// Words of the plan: among the common ones, but fetched with its pages, so that the first load does not carry them.
import i18next from 'i18next'
import en from './plan-en.json'
import zh from './plan-zh.json'

i18next.addResourceBundle('zh', 'translation', zh)
i18next.addResourceBundle('en', 'translation', en)
