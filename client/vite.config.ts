/** Builds the web app into client/dist, and serves it in development with a proxy to a running hub. */

import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';
import solid from 'vite-plugin-solid';

/** Where `npm start` listens; UNICORE_HUB names another hub for `vite dev`. */
const HUB = process.env.UNICORE_HUB ?? 'http://127.0.0.1:7420';

/** The hub checks Origin exactly: the development server speaks in the hub's own name. */
const toHub = { target: HUB, changeOrigin: true, headers: { origin: HUB } };

/** The typeface is drawn on the first paint or not at all (font-display: optional), so it is asked for at once. */
const preloadFont: Plugin = {
  name: 'preload-font',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => /grotesk-latin-wght.*woff2$/.test(file))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', href: `/${file}`, as: 'font', type: 'font/woff2', crossorigin: '' },
          injectTo: 'head-prepend',
        })),
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [solid(), tailwindcss(), preloadFont],
  build: {
    target: 'es2022',
    // A font or icon inlined as data: would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/trpc': toHub,
      '/api': toHub,
      '/login': toHub,
      '/logout': toHub,
      '/consumer': { ...toHub, ws: true },
      '/terminal': { ...toHub, ws: true },
    },
  },
});
