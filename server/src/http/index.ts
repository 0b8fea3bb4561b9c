/** What the rest of the hub uses of its HTTP server. */
export { type AddressOf, createAddressOf } from './address.ts';
export { Callers } from './callers.ts';
export { attachHttp, createHubServer, type Http } from './server.ts';
