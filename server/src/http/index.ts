/** Exports the public interface of the HTTP server for the rest of the hub. */
export { type AddressOf, createAddressOf } from './address.ts';
export { Callers } from './callers.ts';
export { attachHttp, createHubServer, type Http } from './server.ts';
