/** Public interface of the gateway for raw terminals. */
export { bridgeTerminal, type RawTerminal } from './raw-terminal.ts';
