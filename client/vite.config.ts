/** Builds the web app into client/dist. In development it serves the page and proxies calls to a running hub. */

import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';
import solid from 'vite-plugin-solid';

/** The hub that Vite's server passes calls on to. The default is where `npm start` listens. */
const HUB = process.env.UNICORE_HUB ?? 'http://127.0.0.1:7420';

/** The hub accepts its own Origin only, so the proxy replaces the Origin header with the hub's. */
const toHub = { target: HUB, changeOrigin: true, headers: { origin: HUB } };

/** Preloads the font: with font-display: optional, a font that misses the first paint is not used on that page. */
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
    // No data: URLs: they would need a wider content security policy.
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
