/** Tests what a viewer gets of a server's messages, byte by byte. */
import { UniCoreError } from '@unicore/protocol';
import { expect, test } from 'vitest';
import {
  ALL,
  connected,
  cutText,
  extendedCutText,
  fence,
  handshakeOfServer,
  handshakeOfViewer,
  Peer,
  pixelFormat,
  rectangle,
  setEncodings,
  setPixelFormat,
  u32,
  update,
} from './testing/index.ts';

const CAPS = extendedCutText(3, 0x1f000001, u32(0));
const REQUEST = extendedCutText(3, (1 << 25) | 1);
const NOTIFY = extendedCutText(3, (1 << 27) | 1);
const TEXT = cutText(3, Buffer.from('secret'));
const PROVIDE = extendedCutText(3, (1 << 28) | 1, Buffer.from('secret'));
const BELL = Buffer.from([2]);
const UPDATE_REQUEST = Buffer.from([3, 0, 0, 0, 0, 0, 0, 9, 0, 9]);
const FENCES = setEncodings(0, 7, -312);

/** A raw rectangle of 3 × 2 pixels, with this many bytes per pixel. */
const raw = (pixelBytes: number) => update(rectangle(0, 0, 3, 2, 0, new Array(6 * pixelBytes).fill(1)));

function expectError(run: () => unknown, message: string): void {
  expect(run).toThrow(UniCoreError);
  expect(run).toThrow(message);
}

test.each([
  ['all rights', ALL, [CAPS, REQUEST, NOTIFY, TEXT, PROVIDE]],
  ['only to the desktop', { ...ALL, clipboardFromDesktop: false }, [CAPS, REQUEST]],
  ['only from the desktop', { ...ALL, clipboardToDesktop: false }, [CAPS, NOTIFY, TEXT, PROVIDE]],
  ['none', { ...ALL, clipboardToDesktop: false, clipboardFromDesktop: false }, [CAPS]],
])('clipboard messages with rights: %s', (_name, rights, wanted) => {
  const peer = connected({ rights });
  const stream = Buffer.concat([BELL, CAPS, REQUEST, NOTIFY, TEXT, PROVIDE, BELL]);
  expect(peer.toViewer(stream)).toEqual(Buffer.concat([BELL, ...wanted, BELL]));
});

test('a right that is taken away holds from the next message on', () => {
  const peer = connected();
  expect(peer.toViewer(TEXT.subarray(0, 10))).toEqual(TEXT.subarray(0, 10));
  peer.interposer.rights = { ...ALL, clipboardFromDesktop: false };
  expect(peer.toViewer(TEXT.subarray(10), TEXT, BELL)).toEqual(Buffer.concat([TEXT.subarray(10), BELL]));
  peer.interposer.rights = ALL;
  expect(peer.toViewer(TEXT)).toEqual(TEXT);
});

test('a text of any size is cut without being kept', () => {
  const peer = connected({ rights: { ...ALL, clipboardFromDesktop: false } });
  const header = cutText(3, Buffer.alloc(0));
  header.writeUInt32BE(1_000_000, 4);
  expect(peer.toViewer(header, ...new Array<Buffer>(10).fill(Buffer.alloc(100_000, 2)), BELL)).toEqual(BELL);
});

test('data of Tight below 12 bytes has no length', () => {
  const peer = connected({ rights: { ...ALL, clipboardFromDesktop: false } });
  const rectangles = [
    // 3 pixels of 3 bytes
    rectangle(0, 0, 3, 1, 7, [0x00, ...new Array(9).fill(3)]),
    // 4 pixels of 3 bytes: compressed, with a length of 5
    rectangle(0, 0, 4, 1, 7, [0x00, 5, 3, 3, 3, 3, 3]),
    // two colours, one byte per row
    rectangle(0, 0, 8, 11, 7, [0x50, 1, 1, ...new Array(6).fill(3), ...new Array(11).fill(3)]),
    // three colours, one byte per pixel
    rectangle(0, 0, 3, 3, 7, [0x60, 1, 2, ...new Array(9).fill(3), ...new Array(9).fill(3)]),
    // gradient filter, a length of two bytes
    rectangle(0, 0, 20, 20, 7, [0x40, 2, 0x80, 1, ...new Array(128).fill(3)]),
    // JPEG with a length of three bytes
    rectangle(0, 0, 20, 20, 7, [0x90, 0x80, 0x80, 1, ...new Array(16_384).fill(3)]),
  ];
  const stream = Buffer.concat([update(...rectangles), BELL]);
  expect(peer.toViewer(stream, TEXT)).toEqual(stream);
  expect(peer.interposer.fromServer.atBoundary).toBe(true);
});

test.each([
  ['an unknown message', Buffer.from([99]), 'unknown type 99'],
  ['an unknown encoding', update(rectangle(0, 0, 1, 1, 5)), 'unknown encoding 5'],
  ['PNG in Tight', update(rectangle(0, 0, 1, 1, 7, [0xa0])), 'Tight compression 10'],
  ['an unknown filter of Tight', update(rectangle(0, 0, 1, 1, 7, [0x40, 3])), 'Tight filter 3'],
  ['a compressed cursor', update(rectangle(0, 0, 1, 1, -314, u32(7))), 'cursor in the encoding 7'],
  ['an unknown cursor', update(rectangle(0, 0, 1, 1, 0x574d5664, [2, 0])), 'unknown type 2'],
  ['an extended clipboard without flags', Buffer.from([3, 0, 0, 0, 255, 255, 255, 255]), 'no flags'],
])('%s ends the connection with a reason', (_name, bytes, message) => {
  const peer = connected();
  expectError(() => peer.toViewer(bytes), message);
  expectError(() => peer.toViewer(BELL), message);
});

test('a refusal of the server reaches the viewer', () => {
  const reason = Buffer.concat([u32(4), Buffer.from('busy')]);
  for (const refusal of [Buffer.from([0]), Buffer.concat([Buffer.from([1, 1]), u32(1)])]) {
    const peer = new Peer();
    peer.viewer(handshakeOfViewer(8));
    const stream = Buffer.concat([Buffer.from('RFB 003.008\n'), refusal, reason]);
    expect(peer.toViewer(stream)).toEqual(stream);
  }
});

test('a server that goes on before the viewer has chosen a version is refused', () => {
  expectError(() => new Peer().toViewer(handshakeOfServer(8)), 'before the viewer');
});

test('a pixel format before the first request holds at once, without a fence', () => {
  const peer = connected();
  const message = setPixelFormat(pixelFormat(16));
  expect(peer.toServer(message, UPDATE_REQUEST)).toEqual(Buffer.concat([message, UPDATE_REQUEST]));
  expect(peer.toViewer(raw(2), BELL)).toEqual(Buffer.concat([raw(2), BELL]));
});

test('a later pixel format holds from the place where the server has answered a fence', () => {
  const peer = connected();
  peer.viewer(FENCES, UPDATE_REQUEST);
  const message = setPixelFormat(pixelFormat(8));
  const sent = peer.toServer(message);
  const question = sent.subarray(0, -message.length);
  expect(question.subarray(0, 8)).toEqual(fence(0x80000004, Buffer.alloc(0)).subarray(0, 8));
  expect(sent.subarray(-message.length)).toEqual(message);
  const answer = Buffer.from(question);
  answer.writeUInt32BE(4, 4);
  expect(peer.toViewer(raw(4), raw(4), answer, raw(1), BELL)).toEqual(
    Buffer.concat([raw(4), raw(4), raw(1), BELL]),
  );
  expect(peer.interposer.fromServer.atBoundary).toBe(true);
});

test('a viewer without fences may change its pixel format once each of its requests is answered', () => {
  const peer = connected();
  peer.viewer(UPDATE_REQUEST, UPDATE_REQUEST);
  peer.toViewer(raw(4), raw(4));
  const message = setPixelFormat(pixelFormat(8));
  expect(peer.toServer(message)).toEqual(message);
  peer.viewer(UPDATE_REQUEST);
  expect(peer.toViewer(raw(1), BELL)).toEqual(Buffer.concat([raw(1), BELL]));
});

test('a later pixel format whose pixels are as long needs no fence', () => {
  const peer = connected();
  peer.viewer(UPDATE_REQUEST);
  const other = Buffer.from(pixelFormat(32));
  other[10] = 0;
  other[12] = 16;
  expect(peer.toServer(setPixelFormat(other))).toEqual(setPixelFormat(other));
});

test('a later pixel format of another length is refused where the place of the change cannot be known', () => {
  const withoutFences = connected();
  withoutFences.viewer(UPDATE_REQUEST);
  expectError(() => withoutFences.viewer(setPixelFormat(pixelFormat(8))), 'size of pixels');
  const withoutAnswer = connected();
  withoutAnswer.viewer(UPDATE_REQUEST, UPDATE_REQUEST);
  withoutAnswer.toViewer(raw(4));
  expectError(() => withoutAnswer.viewer(setPixelFormat(pixelFormat(8))), 'size of pixels');
  const continuous = connected();
  continuous.viewer(Buffer.from([150, 1, 0, 0, 0, 0, 0, 9, 0, 9]));
  expectError(() => continuous.viewer(setPixelFormat(pixelFormat(8))), 'size of pixels');
  const afterSync = connected();
  afterSync.viewer(FENCES, UPDATE_REQUEST, fence(0x80000004, Buffer.from([1])));
  expectError(() => afterSync.viewer(setPixelFormat(pixelFormat(8))), 'size of pixels');
});

test('a viewer cannot answer for the server with a fence of its own', () => {
  const peer = connected();
  peer.viewer(FENCES, UPDATE_REQUEST);
  const sent = peer.toServer(setPixelFormat(pixelFormat(8)));
  expectError(() => peer.viewer(sent.subarray(0, sent.length - 20)), 'payload of the interposer');
});

test('a pixel format of 24 bits per pixel is refused', () => {
  const format = Buffer.from(pixelFormat(32));
  format[0] = 24;
  expectError(() => connected().viewer(setPixelFormat(format)), '24 bits');
});
