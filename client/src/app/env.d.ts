/** What Vite makes of imports that are no TypeScript. */

declare module '*.css';
