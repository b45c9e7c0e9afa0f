// Words of imports, pasting, regrading, classification and bad rows as work: among the common ones, but fetched with their pages, so that the first load does not carry them.
import i18next from 'i18next'
import en from './records-en.json'
import zh from './records-zh.json'

i18next.addResourceBundle('zh', 'translation', zh)
i18next.addResourceBundle('en', 'translation', en)
