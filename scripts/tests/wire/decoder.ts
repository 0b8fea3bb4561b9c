/**
 * A second decoder of the tunnel's frames, written from PROTOCOL.md alone. It shares no code with `protocol`.
 * So the document and the code can't both change in the same wrong way.
 */
import { Fields } from './fields.ts';
import { FRAME_TYPES, type Frame, type FrameType } from './frames.ts';

/** Largest message in bytes, from PROTOCOL.md section 9. */
const MESSAGE_BYTES = 65_536;
const DATA_BYTES = 16_384;
const DICTIONARY_BYTES = 32_768;

/** Returns the frames of one WebSocket message. */
export function readMessage(message: Uint8Array): Frame[] {
  if (message.length === 0) throw new Error('a message without a frame');
  if (message.length > MESSAGE_BYTES) throw new Error(`a message of ${message.length} bytes`);
  const fields = new Fields(message);
  const frames: Frame[] = [];
  while (!fields.done) frames.push(readFrame(fields));
  return frames;
}

function readFrame(fields: Fields): Frame {
  const elements = fields.arrayHeader();
  const number = fields.fixint();
  const type = FRAME_TYPES[number];
  if (type === undefined) throw new Error(`frame type ${number}`);
  const frame = readFields(type, fields);
  if (fields.count !== elements)
    throw new Error(`${type} of ${elements} elements instead of ${fields.count}`);
  return frame;
}

function readFields(type: FrameType, f: Fields): Frame {
  switch (type) {
    case 'HELLO':
      return { type, version: f.fixint(), minVersion: f.fixint(), meta: f.meta() };
    case 'WELCOME':
      return { type, version: f.fixint(), meta: f.meta() };
    case 'OPEN':
      return {
        type,
        ch: f.channel(),
        epoch: f.epoch(),
        attach: f.u32(),
        kind: f.fixint(),
        recvNext: f.u64(),
        limit: f.u64(),
        mustExist: f.bool(),
        auth: f.meta(),
        meta: f.meta(),
      };
    case 'ACCEPT':
      return { type, ch: f.channel(), attach: f.u32(), recvNext: f.u64(), limit: f.u64(), meta: f.meta() };
    case 'DATA':
      return { type, ch: f.channel(), off: f.u64(), bytes: f.bin(DATA_BYTES) };
    case 'DATAZ':
      return {
        type,
        ch: f.channel(),
        off: f.u64(),
        dictLen: f.u16(DICTIONARY_BYTES),
        rawLen: f.u16(DATA_BYTES, 1),
        bytes: f.bin(DATA_BYTES),
      };
    case 'ACK':
      return { type, ch: f.channel(), consumed: f.u64(), limit: f.u64() };
    case 'FIN':
      return { type, ch: f.channel(), finalOff: f.u64(), code: f.u16(), message: f.reason() };
    case 'RESET':
      return { type, ch: f.channel(), code: f.u16(), message: f.reason() };
    case 'SYNC':
      return {
        type,
        ch: f.channel(),
        attach: f.u32(),
        recvNext: f.u64(),
        limit: f.u64(),
        sentEnd: f.u64(),
        reply: f.bool(),
      };
    case 'DETACHED':
      return { type, ch: f.channel(), code: f.u16() };
    case 'PING':
    case 'PONG':
      return { type, id: f.u32() };
    case 'GOAWAY':
      return { type, code: f.u16(), afterMs: f.u32() };
    case 'BEAT':
    case 'BEATACK':
      return { type, seq: f.u32(), meta: f.meta() };
  }
}
