/** Test support for programs that share a browser. */
export { Program } from './program.ts';
export { type Bridge, startBridge } from './web-socket-bridge.ts';
