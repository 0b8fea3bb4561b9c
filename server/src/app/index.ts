/** Exports createApp, which creates a whole hub in this process. */
export { type App, createApp, type Overrides } from './app.ts';
