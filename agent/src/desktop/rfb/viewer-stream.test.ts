/** Tests what reaches the server of a viewer's messages, byte by byte. */
import { deflateSync } from 'node:zlib';
import { UniCoreError } from '@unicore/protocol';
import { expect, test } from 'vitest';
import { MAX_CUT_TEXT, type Rights } from './index.ts';
import {
  ALL,
  connected,
  cutText,
  extendedCutText,
  handshakeOfServer,
  handshakeOfViewer,
  Peer,
  rectangle,
  setEncodings,
  u16,
  u32,
  update,
} from './testing/index.ts';

const VIEW_ONLY: Rights = { canControl: false, clipboardToDesktop: true, clipboardFromDesktop: true };
const CAPS = extendedCutText(6, 0x1f000001, u32(0));
const REQUEST = extendedCutText(6, (1 << 25) | 1);
const PEEK = extendedCutText(6, 1 << 26);
const NOTIFY = extendedCutText(6, (1 << 27) | 1);
const TEXT = cutText(6, Buffer.from('text'));
const PROVIDE = extendedCutText(
  6,
  (1 << 28) | 1,
  deflateSync(Buffer.concat([u32(5), Buffer.from('text\0')])),
);

const key = (keysym: number, isDown: boolean) =>
  Buffer.concat([Buffer.from([4, isDown ? 1 : 0, 0, 0]), u32(keysym)]);
const qemuKey = (keysym: number, keycode: number, isDown: boolean) =>
  Buffer.concat([Buffer.from([255, 0]), u16(isDown ? 1 : 0), u32(keysym), u32(keycode)]);
const pointer = (mask: number, x = 10, y = 20, ...more: number[]) =>
  Buffer.concat([Buffer.from([5, mask]), u16(x), u16(y), Buffer.from(more)]);
const privateMessage = (op: number, payload: Buffer) =>
  Buffer.concat([Buffer.from([197, op, 0, 0]), u32(payload.length), payload]);

function expectError(run: () => unknown, message: string): void {
  expect(run).toThrow(UniCoreError);
  expect(run).toThrow(message);
}

test.each([3, 7, 8] as const)('a viewer of version 3.%i always asks for a shared desktop', (version) => {
  const peer = new Peer();
  expect(peer.toServer(handshakeOfViewer(version, 0))).toEqual(handshakeOfViewer(version, 1));
});

test('an unofficial version is taken for the next lower official one, as servers do', () => {
  const peer = new Peer();
  const hello = Buffer.from('RFB 003.889\n');
  expect(peer.toServer(hello, Buffer.from([1, 0]))).toEqual(Buffer.concat([hello, Buffer.from([1, 1])]));
  expect(peer.toViewer(handshakeOfServer(8))).toEqual(handshakeOfServer(8));
});

test('another protocol and another security type end the connection with a reason', () => {
  expectError(() => new Peer().toServer(Buffer.from('GET / HTTP/1.1\r\n')), 'does not speak RFB 3');
  const peer = new Peer();
  peer.toServer(Buffer.from('RFB 003.008\n'));
  expectError(() => peer.toServer(Buffer.from([2])), 'security type 2');
});

test('SetEncodings keeps what is known, in its order', () => {
  const known = [
    7, 16, 1, 0, -32, -23, -256, -247, -512, -412, -768, -763, -223, -224, -239, -240, -258, -261, -307, -308,
    -312, -313, -314, -316, 0x574d5664, 0x574d5666, 0x574d5668, 0xc0a1e5ce,
  ];
  const unknown = [2, 4, 5, 6, 21, 50, -22, -33, -257, -259, -260, -309, -411, -513, -762, 0x574d5665];
  const mixed = known.flatMap((encoding, index) => [encoding, unknown[index % unknown.length]!]);
  expect(connected().toServer(setEncodings(...mixed))).toEqual(setEncodings(...known));
  expectError(() => connected().toServer(setEncodings(...new Array<number>(257).fill(0))), '256 are allowed');
});

test('an unknown message ends the connection with its type, after the messages before it', () => {
  const { interposer } = connected();
  interposer.fromViewer.push(Buffer.concat([key(0x61, true), Buffer.from([99, 0])]));
  expect(interposer.fromViewer.take()).toMatchObject({ kind: 'key', bytes: key(0x61, true) });
  expectError(() => interposer.fromViewer.take(), 'unknown type 99');
  expectError(() => interposer.fromViewer.take(), 'unknown type 99');
  expectError(() => connected().toServer(Buffer.from([255, 1, 0, 0])), 'unknown type 255, subtype 1');
});

test('messages that are not agreed are unknown: private ones by default', () => {
  expectError(() => connected().toServer(privateMessage(1, Buffer.from('{}'))), 'unknown type 197');
});

test('keys and private messages are parts of their own, in the order in which they came', () => {
  const peer = connected({ privateMessages: true });
  const payload = Buffer.from('{"text":"日本語"}');
  const request = Buffer.from([3, 1, 0, 0, 0, 0, 0, 9, 0, 9]);
  const stream = Buffer.concat([
    pointer(1),
    request,
    key(0x61, true),
    privateMessage(7, payload),
    qemuKey(0x61, 30, false),
    request,
  ]);
  expect(peer.viewer(stream)).toEqual([
    { kind: 'forward', bytes: Buffer.concat([pointer(1), request]) },
    { kind: 'key', isDown: true, keysym: 0x61, keycode: undefined, bytes: key(0x61, true) },
    { kind: 'private', op: 7, payload },
    { kind: 'key', isDown: false, keysym: 0x61, keycode: 30, bytes: qemuKey(0x61, 30, false) },
    { kind: 'forward', bytes: request },
  ]);
});

test('a private message is bounded, and its unused bytes are zero', () => {
  const peer = connected({ privateMessages: true });
  expectError(
    () => peer.viewer(Buffer.concat([Buffer.from([197, 1, 0, 0]), u32(2 ** 20 + 1)])),
    '1048576 are allowed',
  );
  const other = connected({ privateMessages: true });
  expectError(() => other.viewer(Buffer.concat([Buffer.from([197, 1, 0, 1]), u32(0)])), 'must be zero');
});

test('rights that change while parts wait hold for these parts', () => {
  const { interposer } = connected({ privateMessages: true });
  interposer.fromViewer.push(Buffer.concat([key(0x61, true), pointer(1), TEXT]));
  expect(interposer.fromViewer.take()).toMatchObject({ kind: 'key' });
  expect(interposer.fromViewer.waiting).toBeGreaterThan(0);
  interposer.rights = VIEW_ONLY;
  expect(interposer.fromViewer.take()).toBeUndefined();
  expect(interposer.fromViewer.waiting).toBe(0);
});

test.each([
  ['all rights', ALL, [CAPS, REQUEST, PEEK, NOTIFY, TEXT, PROVIDE]],
  ['only to the desktop', { ...ALL, clipboardFromDesktop: false }, [CAPS, NOTIFY, TEXT, PROVIDE]],
  ['only from the desktop', { ...ALL, clipboardToDesktop: false }, [CAPS, REQUEST, PEEK]],
  ['view-only with the clipboard', VIEW_ONLY, [CAPS, REQUEST, PEEK]],
  ['none', { canControl: false, clipboardToDesktop: false, clipboardFromDesktop: false }, [CAPS]],
])('clipboard messages with rights: %s', (_name, rights, wanted) => {
  const peer = connected({ rights });
  expect(peer.toServer(Buffer.concat([CAPS, REQUEST, PEEK, NOTIFY, TEXT, PROVIDE]))).toEqual(
    Buffer.concat(wanted),
  );
});

test('a text that is too large is swallowed and reported, and the stream goes on', () => {
  const peer = connected();
  const header = cutText(6, Buffer.alloc(0));
  header.writeUInt32BE(3_000_000, 4);
  const parts = peer.viewer(header, ...new Array<Buffer>(300).fill(Buffer.alloc(10_000, 5)), key(0x61, true));
  expect(parts).toEqual([
    { kind: 'refused', reason: 'The copied text is larger than 1024 KiB.' },
    expect.objectContaining({ kind: 'key', bytes: key(0x61, true) }),
  ]);
  expect(peer.interposer.activity).toEqual({ keys: 1, pointer: 0, clipboard: 0 });
});

test('a text of the largest size passes, plain and compressed; a byte more is refused', () => {
  const provide = (size: number) =>
    extendedCutText(
      6,
      (1 << 28) | 1,
      deflateSync(Buffer.concat([u32(size + 1), Buffer.alloc(size, 65), Buffer.alloc(1)])),
    );
  const plain = (size: number) => cutText(6, Buffer.alloc(size, 65));
  for (const message of [provide, plain]) {
    expect(connected().toServer(message(MAX_CUT_TEXT)).equals(message(MAX_CUT_TEXT))).toBe(true);
    expect(connected().viewer(message(MAX_CUT_TEXT + 1))).toMatchObject([{ kind: 'refused' }]);
  }
});

test('a message that claims 2 GiB allocates nothing', () => {
  const peer = connected({ rights: VIEW_ONLY });
  peer.viewer(Buffer.concat([Buffer.from([6, 0, 0, 0]), u32(0x7fffffff)]));
  for (let count = 0; count < 100; count += 1) {
    expect(peer.viewer(Buffer.alloc(64 * 1024))).toEqual([]);
    expect(peer.interposer.fromViewer.waiting).toBe(0);
  }
});

test('a message that comes byte by byte is copied only a few times', () => {
  const peer = connected();
  const message = cutText(6, Buffer.alloc(MAX_CUT_TEXT, 65));
  const got: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += 1) {
    for (const part of peer.viewer(message.subarray(at, at + 1)))
      if (part.kind === 'forward') got.push(part.bytes);
  }
  expect(Buffer.concat(got).equals(message)).toBe(true);
});

test('bytes that were handed out stay as they are when more bytes come', () => {
  const peer = connected();
  const [first] = peer.viewer(Buffer.concat([pointer(1), key(0x62, true).subarray(0, 3)]));
  const copy = first?.kind === 'forward' ? Buffer.from(first.bytes) : undefined;
  peer.viewer(key(0x62, true).subarray(3), pointer(1).subarray(0, 1), pointer(1).subarray(1));
  expect(first).toEqual({ kind: 'forward', bytes: copy });
});

test('keys and buttons that are held are let go', () => {
  const peer = connected();
  peer.viewer(
    key(0xffe3, true),
    key(0x61, true),
    key(0x61, false),
    qemuKey(0x62, 48, true),
    pointer(1, 3, 4),
  );
  peer.viewer(pointer(5, 300, 400));
  expect(peer.interposer.heldKeys).toEqual([
    { keysym: 0xffe3, keycode: undefined },
    { keysym: 0x62, keycode: 48 },
  ]);
  expect(peer.interposer.heldButtons).toBe(5);
  expect(peer.interposer.release()).toEqual(
    Buffer.concat([key(0xffe3, false), qemuKey(0x62, 48, false), pointer(0, 300, 400)]),
  );
  expect(peer.interposer.release()).toHaveLength(0);
});

test('a viewer that presses endless keys is remembered only in part', () => {
  const peer = connected();
  for (let keysym = 0; keysym < 10_000; keysym += 1) peer.viewer(key(keysym, true));
  expect(peer.interposer.heldKeys).toHaveLength(256);
});

test('keys, pointer and texts count as use; requests for updates and what is dropped do not', () => {
  const peer = connected();
  const request = Buffer.from([3, 1, 0, 0, 0, 0, 0, 9, 0, 9]);
  peer.viewer(key(1, true), key(1, false), pointer(0), request, request, TEXT);
  expect(peer.interposer.activity).toEqual({ keys: 2, pointer: 1, clipboard: 1 });
});

test('extended buttons have a further byte, once the viewer lists them and the server has agreed', () => {
  const peer = connected();
  // An eighth button, as old viewers have it.
  expect(peer.toServer(pointer(0x80))).toEqual(pointer(0x80));
  peer.viewer(setEncodings(-316));
  // Until the server agrees, a server that knows the extension would wait for a seventh byte.
  expect(peer.toServer(pointer(0x81), key(0x61, true))).toEqual(
    Buffer.concat([pointer(0x01), key(0x61, true)]),
  );
  peer.toViewer(update(rectangle(0, 0, 0, 0, -316)));
  const extended = pointer(0x81, 1, 2, 0x02);
  expect(peer.toServer(extended, pointer(0x01))).toEqual(Buffer.concat([extended, pointer(0x01)]));
  peer.viewer(extended);
  expect(peer.interposer.heldButtons).toBe(0x101);
});

test('a screen that is too large to be looked at is not asked for', () => {
  const size = (width: number, height: number) =>
    Buffer.concat([Buffer.from([251, 0]), u16(width), u16(height), Buffer.from([0, 0])]);
  expect(connected().toServer(size(8192, 8192))).toEqual(size(8192, 8192));
  expect(connected().toServer(size(8193, 600), size(800, 8193))).toHaveLength(0);
});
