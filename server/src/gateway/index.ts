/** What the rest of the hub uses of the gateway. */
export { bridgeTerminal, type RawTerminal } from './raw-terminal.ts';
