/** Exports the gateway that serves raw terminal sockets. */
export { bridgeTerminal, type RawTerminal } from './bridge.ts';
