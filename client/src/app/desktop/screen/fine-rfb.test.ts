/**
 * The size that noVNC requests from the desktop. This test fails if a new noVNC renames the methods that the page
 * overrides.
 */
import { afterEach, expect, test, vi } from 'vitest';
import { FineRfb } from './fine-rfb.ts';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer;

/** ServerInit: 8 × 4 pixels, a pixel format of 16 bytes (which noVNC replaces), and the name of the desktop. */
const SERVER_INIT = `\0\x08\0\x04${'\0'.repeat(16)}\0\0\0\x04test`;
const GREETING = ['RFB 003.008\n', '\x01\x01', '\0\0\0\0', SERVER_INIT];
/** An update with one rectangle: ExtendedDesktopSize (-308) of 8 × 4 pixels with one screen. */
const SIZE = `\0\0\0\x01\0\0\0\0\0\x08\0\x04\xff\xff\xfe\xcc\x01\0\0\0\0\0\0\x07\0\0\0\0\0\x08\0\x04\0\0\0\0`;
const SET_DESKTOP_SIZE = 251;

/** A fake channel for noVNC, which requires these members on the object itself. */
function fakeChannel() {
  const sent: Uint8Array[] = [];
  const channel = {
    sent,
    binaryType: 'arraybuffer',
    protocol: '',
    readyState: 1,
    onopen: null,
    onmessage: null as ((event: { data: ArrayBuffer }) => void) | null,
    onclose: null as ((event: object) => void) | null,
    onerror: null,
    send: (data: Uint8Array) => sent.push(data.slice()),
    close: () => channel.onclose?.({ code: 1000 }),
  };
  return channel;
}

/** Returns the size that noVNC requests from the desktop when the page has this size in CSS pixels. */
function askedFor(scale: number, width: number, height: number): string | undefined {
  vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockReturnValue({ width, height } as DOMRect);
  // jsdom cannot draw.
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(
    new Proxy({}, { get: () => () => ({ data: [] }), set: () => true }) as never,
  );
  vi.stubGlobal('isSecureContext', true);
  const channel = fakeChannel();
  const rfb = new FineRfb(document.createElement('div'), channel as unknown as WebSocket);
  Object.assign(rfb, { scale, scaleViewport: true, resizeSession: true });
  for (const said of [...GREETING, SIZE]) channel.onmessage?.({ data: bytes(said) });
  const wish = channel.sent.find(([type]) => type === SET_DESKTOP_SIZE);
  rfb.disconnect();
  if (!wish) return undefined;
  const view = new DataView(wish.buffer);
  return `${view.getUint16(2)} × ${view.getUint16(4)}`;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('the desktop has as many pixels per CSS pixel as its scale says', () => {
  expect(askedFor(1, 1_000, 700)).toBe('1000 × 700');
  expect(askedFor(2, 1_000, 700.5)).toBe('2000 × 1401');
});

test('a narrow page asks for a wider desktop, because a browser window has a least width', () => {
  expect(askedFor(2, 250, 400)).toBe('1000 × 1600');
});
