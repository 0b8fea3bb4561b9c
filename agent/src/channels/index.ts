/** Serves the channels that the hub opens on a connection. */
export { serveHub } from './hub-channels.ts';
