/** Test support: messages of RFB as bytes, and arbitrary valid messages of both directions. */
export { anyServerMessage } from './any-server-message.ts';
export { anyViewerMessage } from './any-viewer-message.ts';
export {
  cutText,
  extendedCutText,
  fence,
  handshakeOfServer,
  handshakeOfViewer,
  pixelFormat,
  rectangle,
  serverInit,
  setEncodings,
  setPixelFormat,
  u16,
  u32,
  update,
} from './bytes.ts';
export { ALL, connected, Peer } from './peer.ts';
export { Xvnc } from './xvnc.ts';
