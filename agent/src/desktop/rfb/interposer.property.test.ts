/** Tests the interposer with arbitrary messages, arbitrary chunks and arbitrary bytes. */
import { UniCoreError } from '@unicore/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Interposer } from './index.ts';
import {
  ALL,
  anyServerMessage,
  anyViewerMessage,
  connected,
  handshakeOfServer,
  handshakeOfViewer,
  Peer,
  pixelFormat,
} from './testing/index.ts';

const NONE = { canControl: false, clipboardToDesktop: false, clipboardFromDesktop: false };
const LAYOUTS = [
  { pixel: 4, short: 3, format: pixelFormat(32) },
  { pixel: 4, short: 4, format: pixelFormat(32, 32) },
  { pixel: 2, short: 2, format: pixelFormat(16) },
  { pixel: 1, short: 1, format: pixelFormat(8) },
];

/** Splits bytes at places that are given as fractions. */
function split(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  );
  return cuts.map((cut, index) => bytes.subarray(cuts[index - 1] ?? 0, cut));
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
const versions = fc.constantFrom<3 | 7 | 8>(3, 7, 8);
const viewerMessages = fc.array(anyViewerMessage, { maxLength: 20 });

test('with all rights, all messages of a viewer pass unchanged, in whatever chunks they come', () => {
  fc.assert(
    fc.property(versions, viewerMessages, places, (version, messages, cuts) => {
      const peer = new Peer();
      expect(peer.toServer(...split(handshakeOfViewer(version), cuts))).toEqual(handshakeOfViewer(version));
      peer.toViewer(handshakeOfServer(version));
      const wanted = messages.filter(({ need }) => need !== 'never').map(({ bytes }) => bytes);
      const got = peer.toServer(...split(Buffer.concat(messages.map(({ bytes }) => bytes)), cuts));
      expect(got).toEqual(Buffer.concat(wanted));
    }),
  );
});

test('without the control, no key, pointer, text or size of a viewer reaches the server', () => {
  fc.assert(
    fc.property(viewerMessages, places, (messages, cuts) => {
      const peer = connected({ rights: NONE });
      const wanted = messages.filter(({ need }) => need === 'none').map(({ bytes }) => bytes);
      const got = peer.toServer(...split(Buffer.concat(messages.map(({ bytes }) => bytes)), cuts));
      expect(got).toEqual(Buffer.concat(wanted));
      expect(peer.interposer.activity).toEqual({ keys: 0, pointer: 0, clipboard: 0 });
      expect(peer.interposer.release()).toHaveLength(0);
    }),
  );
});

test('keys and private messages come as parts of their own, in order, in whatever chunks they come', () => {
  const privateMessage = fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 50 })).map(([op, payload]) => ({
    need: 'none',
    name: 'private',
    bytes: Buffer.concat([Buffer.from([197, op, 0, 0, 0, 0, 0, payload.length]), payload]),
  }));
  fc.assert(
    fc.property(fc.array(fc.oneof(anyViewerMessage, privateMessage)), places, (messages, cuts) => {
      const stream = Buffer.concat(messages.map(({ bytes }) => bytes));
      const names = messages
        .map(({ name }) => name)
        .filter((name) => ['private', 'KeyEvent', 'QEMU key'].includes(name))
        .map((name) => (name === 'private' ? 'private' : 'key'));
      const parts = connected({ privateMessages: true }).viewer(...split(stream, cuts));
      expect(parts.map(({ kind }) => kind).filter((kind) => kind !== 'forward')).toEqual(names);
      const bytes = parts.map((part) =>
        part.kind === 'forward' || part.kind === 'key' ? part.bytes : Buffer.alloc(0),
      );
      const wanted = messages.filter(({ name, need }) => name !== 'private' && need !== 'never');
      expect(Buffer.concat(bytes)).toEqual(Buffer.concat(wanted.map((message) => message.bytes)));
    }),
  );
});

test.each(LAYOUTS)(
  'with $pixel bytes per pixel, $short in Tight, all messages of a server pass unchanged',
  (layout) => {
    const messages = fc.array(anyServerMessage(layout.pixel, layout.short), { maxLength: 10 });
    fc.assert(
      fc.property(versions, messages, places, (version, list, cuts) => {
        const peer = new Peer();
        peer.viewer(handshakeOfViewer(version));
        const stream = Buffer.concat([
          handshakeOfServer(version, layout.format),
          ...list.map(({ bytes }) => bytes),
        ]);
        expect(peer.toViewer(...split(stream, cuts))).toEqual(stream);
        expect(peer.interposer.fromServer.atBoundary).toBe(true);
      }),
    );
  },
);

test.each(LAYOUTS)('with $pixel bytes per pixel, $short in Tight, exactly the clipboard is cut', (layout) => {
  const messages = fc.array(anyServerMessage(layout.pixel, layout.short), { maxLength: 10 });
  fc.assert(
    fc.property(messages, places, (list, cuts) => {
      const peer = connected({ rights: NONE }, 8, layout.format);
      const stream = Buffer.concat(list.map(({ bytes }) => bytes));
      const wanted = list.filter(({ isClipboard }) => !isClipboard).map(({ bytes }) => bytes);
      expect(peer.toViewer(...split(stream, cuts))).toEqual(Buffer.concat(wanted));
    }),
  );
});

test('arbitrary bytes from a viewer throw nothing but UniCoreError', () => {
  const rights = fc.record({
    canControl: fc.boolean(),
    clipboardToDesktop: fc.boolean(),
    clipboardFromDesktop: fc.boolean(),
  });
  fc.assert(
    fc.property(
      rights,
      fc.boolean(),
      fc.array(fc.uint8Array({ maxLength: 40 })),
      (allowed, privateMessages, chunks) => {
        const { interposer } = connected({ rights: allowed, privateMessages });
        expectOnlyUniCoreErrors(() => {
          for (const chunk of chunks) {
            interposer.fromViewer.push(chunk);
            while (interposer.fromViewer.take() !== undefined);
          }
        });
      },
    ),
    { numRuns: 2000 },
  );
});

test('a damaged stream gives the same bytes and the same error, in whatever chunks it comes', () => {
  const damage = fc.tuple(fc.nat(), fc.nat(255));
  const run = (chunks: Buffer[]) => {
    const { interposer } = connected();
    const bytes: Uint8Array[] = [];
    try {
      for (const chunk of chunks) {
        interposer.fromViewer.push(chunk);
        for (
          let part = interposer.fromViewer.take();
          part !== undefined;
          part = interposer.fromViewer.take()
        ) {
          if (part.kind === 'forward') bytes.push(part.bytes);
        }
      }
    } catch (error) {
      return [Buffer.concat(bytes), String(error)];
    }
    return [Buffer.concat(bytes), 'no error'];
  };
  fc.assert(
    fc.property(
      fc.array(anyViewerMessage, { minLength: 1 }),
      damage,
      places,
      (messages, [place, value], cuts) => {
        const stream = Buffer.concat(messages.map(({ bytes }) => bytes));
        stream[place % stream.length] = value;
        expect(run(split(stream, cuts))).toEqual(run([stream]));
      },
    ),
    { numRuns: 1000 },
  );
});

test('a valid message with one wrong byte throws nothing but UniCoreError', () => {
  const at = fc.tuple(fc.nat(), fc.nat(255));
  fc.assert(
    fc.property(fc.array(anyServerMessage(4, 3), { minLength: 1 }), at, (list, [place, value]) => {
      const bytes = Buffer.concat(list.map((message) => message.bytes));
      bytes[place % bytes.length] = value;
      const { interposer } = connected({ rights: NONE });
      expectOnlyUniCoreErrors(() => interposer.fromServer.push(bytes));
    }),
    { numRuns: 1000 },
  );
});

test('arbitrary bytes before the handshake throw nothing but UniCoreError, on both sides', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (viewer, server) => {
      const interposer = new Interposer({ rights: ALL });
      expectOnlyUniCoreErrors(() => {
        interposer.fromServer.push(server);
        interposer.fromViewer.push(viewer);
        while (interposer.fromViewer.take() !== undefined);
      });
    }),
  );
});

function expectOnlyUniCoreErrors(run: () => void): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UniCoreError);
  }
}
