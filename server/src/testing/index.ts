/** Test support for tests and benches of other workspaces. */
export * from '../sockets/testing/index.ts';
export { answerControl, asOrdered, obedientAgent } from './control.ts';
export { HELLO } from './hello.ts';
export { LineProxy } from './line-proxy.ts';
export { NO_METER } from './meter.ts';
export { desktopRow, providerRow, receiptRow, vmRow } from './rows.ts';
