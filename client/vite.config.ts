/**
 * Builds the web app into client/dist. In development, Vite's server serves the page and forwards calls to a
 * running hub.
 */

import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';
import solid from 'vite-plugin-solid';

/** The hub to which Vite's server forwards calls. The default is the address at which `npm start` listens. */
const HUB = process.env.UNICORE_HUB ?? 'http://127.0.0.1:7420';

/** The hub accepts only requests with its own origin, so the proxy replaces the Origin header. */
const toHub = { target: HUB, changeOrigin: true, headers: { origin: HUB } };

/**
 * Preloads the font. With font-display: optional, a page does not use a font that arrives after the first
 * paint.
 */
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
    // Assets are not inlined as data: URLs, because such URLs would need a weaker content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Keeps the first download in one file. Otherwise it is cut along what each lazy page needs of it, and
    // grows with each lazy page.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
  },
  server: {
    proxy: {
      '/trpc': toHub,
      '/api': toHub,
      '/login': toHub,
      '/logout': toHub,
      '/consumer': { ...toHub, ws: true },
      '/terminal': { ...toHub, ws: true },
      '/vnc/': { ...toHub, ws: true },
      '/cdp/': { ...toHub, ws: true },
    },
  },
});
