/** Serves the channels that the hub opens on a connection. */
export { serveDesktops, serveHub } from './hub-channels.ts';
