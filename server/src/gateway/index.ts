/** Exports the gateway that serves raw terminal sockets. */
export { bridgeTerminal, type RawTerminal } from './raw-terminal.ts';
