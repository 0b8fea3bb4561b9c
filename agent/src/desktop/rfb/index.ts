/** The RFB (VNC) protocol: the interposer between a viewer and Xvnc, and a small client. */
export { MAX_CUT_TEXT } from './clipboard.ts';
export type { Picture } from './framebuffer.ts';
export { encodeKey, encodePointer, type Key } from './held-input.ts';
export { Interposer, type InterposerOptions } from './interposer.ts';
export { encodePng } from './png.ts';
export { RawClient, type RawClientOptions } from './raw-client.ts';
export type { Rights } from './rights.ts';
export type { ServerStream } from './server-stream.ts';
export { MAX_PRIVATE } from './viewer-message.ts';
export type { Activity, Part } from './viewer-part.ts';
export type { ViewerStream } from './viewer-stream.ts';
