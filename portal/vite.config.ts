// Build, development server and tests of the portal. Addresses of assets are relative, so that any path prefix works.
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const api = process.env.BANMO_API ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: './',
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { target: 'es2022', manifest: true, sourcemap: false, chunkSizeWarningLimit: 1200, assetsInlineLimit: 0 },
  server: { proxy: { '/api': api, '/version': api } },
  test: {
    environment: 'jsdom', include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'], setupFiles: ['tests/setup.ts'],
    environmentOptions: { jsdom: { url: 'http://127.0.0.1/' } }, testTimeout: 60000,
  },
})
