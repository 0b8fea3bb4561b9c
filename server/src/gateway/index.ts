/** Exports the gateway that serves raw sockets. */
export { bridge } from './bridge.ts';
export { CdpFraming, MAX_CDP_MESSAGE } from './cdp.ts';
export type { Framing, RawKind } from './framing.ts';
export { terminalFraming } from './terminal.ts';
export { vncFraming } from './vnc.ts';
