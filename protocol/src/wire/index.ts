/**
 * Everything that crosses a socket: frames and their bytes, errors, metadata, and which peer may send which
 * frame. This folder imports no other folder.
 */
export {
  channelOf,
  decode,
  encode,
  frameAt,
  frameType,
  isChannelFrame,
  patchChannel,
  scan,
} from './codec.ts';
export { bytesEnd, confirmedIn, limitIn } from './credit.ts';
export { closeCode, closeError, ERRORS, type ErrorCode, errorName, UniCoreError } from './errors.ts';
export { type Feature, packSaid, unpackSaid } from './features.ts';
export {
  type ChannelFrame,
  ChannelKind,
  type ChannelKindName,
  EPOCH_BYTES,
  type Frame,
  type FrameOf,
  FrameType,
  MAX_DATA,
  MAX_DICTIONARY,
  MAX_MESSAGE,
  MAX_META,
  MAX_TEXT,
  MIN_VERSION,
  MOST_WINDOWS,
  VERSION,
  WINDOWS,
} from './frame.ts';
export { FrameMemory } from './frame-memory.ts';
export { type Field, FORM_BYTES, Form, LAYOUTS } from './layout.ts';
export { packMeta, unpackMeta } from './meta.ts';
export type { PackLimits } from './meta-check.ts';
export { encodePrivateMessage, MAX_TYPED_TEXT, PRIVATE_MESSAGE, PrivateOp } from './private-message.ts';
export { maySend, type Peer } from './roles.ts';
export { splitData } from './split-data.ts';
