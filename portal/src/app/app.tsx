// Everything that surrounds the pages: query cache, colours, words of the component library, router.
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { ConfigProvider } from 'antd'
import enUS from 'antd/es/locale/en_US'
import zhCN from 'antd/es/locale/zh_CN'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { BrowserRouter } from 'react-router'
import { ApiError } from '@/shared/api/client'
import { basename } from '@/shared/base'
import { usePrefs } from '@/shared/prefs'
import { meKey } from '@/shared/session/use-me'
import { Crash } from './crash'
import { Pages } from './pages'
import { themeOf } from './theme'

function makeClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      // A session that ended anywhere ends everywhere: the next page is the sign-in.
      onError: (error) => {
        if (error instanceof ApiError && error.problem.status === 401) client.setQueryData(meKey, null)
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: false,
        networkMode: 'always', // a request that fails is said; one that is held back silently would not be
        retry: (n, error) => n < 2 && error instanceof ApiError && (error.problem.status === 0 || error.problem.status >= 502),
      },
    },
  })
  return client
}

export function App() {
  const [client] = useState(makeClient)
  const { i18n } = useTranslation()
  const { dark } = usePrefs()
  useEffect(() => {
    void client.invalidateQueries()
  }, [client, i18n.language])
  return (
    <Crash>
      <QueryClientProvider client={client}>
        <ConfigProvider theme={themeOf(dark)} locale={i18n.language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
          <BrowserRouter basename={basename}>
            <Pages />
          </BrowserRouter>
        </ConfigProvider>
      </QueryClientProvider>
    </Crash>
  )
}
