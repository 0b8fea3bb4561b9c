/** One browser, driven by several programs over the Chrome DevTools Protocol (CDP). */
export { type ClientTransport, CONTROL_CHANGED } from './client.ts';
export { type CdpEvent, MAX_MESSAGE, type Params } from './contract.ts';
export { CONTROL_METHODS } from './control-methods.ts';
export type { Folders } from './folders.ts';
export type { PipeStreams } from './json-pipe.ts';
export { REFUSED_METHODS } from './refused-methods.ts';
export {
  MAX_PROGRAMS,
  type ProgramConnection,
  SharedBrowser,
  type SharedBrowserOptions,
} from './shared-browser.ts';
