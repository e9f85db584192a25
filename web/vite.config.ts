// Builds web/dist, which the server serves. In development, /api and the socket go to a server on this machine.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defaultClientConditions, defineConfig } from 'vite'

const server = 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [svelte()],
  resolve: { conditions: ['source', ...defaultClientConditions] },
  // Nothing is inlined, so that the policy of the page needs no exception for what the build makes.
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': server, '/openapi.json': server, '/socket.io': { target: server, ws: true } },
  },
})
