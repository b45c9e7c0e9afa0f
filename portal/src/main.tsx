import 'antd/dist/reset.css'
import './shared/styles.css'
import './shared/dark.css'
import { createRoot } from 'react-dom/client'
import { App } from './app/app'
import { startLanguages } from './shared/i18n'
import { startPrefs } from './shared/prefs'

startPrefs()
const root = document.getElementById('root')
if (root !== null) void startLanguages().then(() => createRoot(root).render(<App />))
