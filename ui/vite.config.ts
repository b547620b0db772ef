import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  build: {
    target: ['chrome111', 'safari16.4'],
    // The page's content security policy allows no data: address, so nothing may be inlined as one.
    assetsInlineLimit: 0,
    // Web views are new enough for module preloading; the polyfill would be dead code.
    modulePreload: { polyfill: false },
  },
  // Components are tested in their browser form, not in the one for servers.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'] },
});
