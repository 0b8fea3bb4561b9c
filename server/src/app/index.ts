/** What starts a hub in this process. */
export { type App, createApp, type Overrides } from './app.ts';
