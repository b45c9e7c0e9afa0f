// Words of the dashboard builder: among the common ones, but fetched with the builder, so that the first load does not carry them.
import i18next from 'i18next'
import en from './builder-en.json'
import zh from './builder-zh.json'

i18next.addResourceBundle('zh', 'translation', zh)
i18next.addResourceBundle('en', 'translation', en)
