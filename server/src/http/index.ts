/** The HTTP server's public interface for the rest of the hub. */
export { type AddressOf, createAddressOf } from './address.ts';
export { Callers } from './callers.ts';
export { attachHttp, createHubServer, type Http } from './server.ts';
