import solid from 'vite-plugin-solid';
import { defineConfig } from 'vitest/config';

/** The page's components, in jsdom. */
export default defineConfig({
  plugins: [solid()],
  test: {
    name: 'page',
    environment: 'jsdom',
    include: ['src/app/**/*.test.tsx', 'src/app/**/*.test.ts'],
    // One jsdom for all files: setup.ts empties the page after each test.
    isolate: false,
    setupFiles: ['src/app/testing/setup.ts'],
  },
});
