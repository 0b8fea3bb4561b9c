/**
 * Connections between processes of this machine: private folders and sockets, one server per folder, legs over
 * byte streams, and calls over a leg.
 */
export { greet, type LocalPeer } from './greet.ts';
export { listenAlone } from './listen.ts';
export { makePrivateFolder, requirePrivateFolder } from './private-folder.ts';
export { acceptRpc, openRpc } from './rpc-channel.ts';
export { StreamTransport } from './stream-transport.ts';
