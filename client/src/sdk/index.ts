/** @unicore/client/sdk: the public API for applications. It works in browsers and in Node 24. */
export { type ErrorCode, type HubDistance, UniCoreError } from '@unicore/protocol';
export type { Accepted } from './accepted.ts';
export type { Api, GetToken } from './api.ts';
export type { ChannelSocket } from './channel-socket.ts';
export type { Desktop, DesktopHandler } from './desktop.ts';
export type { Download } from './download.ts';
export type { LineStatus } from './line.ts';
export type { ChannelStatus } from './link.ts';
export { readShareLink, type Share } from './share-link.ts';
export { type KeyLike, keyMessage, keysymOf, textMessages } from './typing.ts';
export {
  createUniCore,
  type DesktopOptions,
  type TerminalOptions,
  type UniCore,
  type UniCoreOptions,
} from './unicore.ts';
export type { UploadOptions } from './upload.ts';
