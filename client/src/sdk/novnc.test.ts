// @vitest-environment jsdom
/** The unmodified noVNC works on a ChannelSocket: it checks its members, shakes hands, and sends keys. */
import RFB from '@novnc/novnc';
import { expect, expectTypeOf, test, vi } from 'vitest';
import type { ChannelSocket } from './channel-socket.ts';
import { openedDesktop } from './testing/test-desktop.ts';
import { SOON_MS } from './testing/test-terminal.ts';

const NO_SECURITY = '\x01\x01';
const SECURITY_OK = '\0\0\0\0';
/** 8 × 4 pixels, a pixel format of 16 bytes that noVNC replaces, and the name of the desktop. */
const SERVER_INIT = `\0\x08\0\x04${'\0'.repeat(16)}\0\0\0\x04test`;
const keyEvent = (key: string) => `\x04\x01\0\0\0\0\0${key}`;

// jsdom has no layout and draws nothing. noVNC asks for these before it draws.
vi.stubGlobal('isSecureContext', true);
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe() {}
    disconnect() {}
  },
);
vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(
  new Proxy({}, { get: () => () => ({ data: [] }), set: () => true }) as never,
);

test('noVNC accepts a ChannelSocket by its types', () => {
  expectTypeOf<ChannelSocket>().toExtend<ConstructorParameters<typeof RFB>[1]>();
});

test('noVNC connects over a ChannelSocket, and its keys arrive although it reuses its buffer', async () => {
  const { hub, socket } = await openedDesktop('vnc');
  const rfb = new RFB(document.createElement('div'), socket);
  const connected = new Promise((done) => rfb.addEventListener('connect', done));
  for (const said of ['RFB 003.008\n', NO_SECURITY, SECURITY_OK, SERVER_INIT]) {
    hub.shell.say(Buffer.from(said, 'latin1'));
    await hub.clock.advance(SOON_MS);
  }
  await connected;
  expect(hub.shell.typed.startsWith('RFB 003.008\n\x01\x01')).toBe(true);
  for (const key of 'abc') rfb.sendKey(key.charCodeAt(0), `Key${key.toUpperCase()}`, true);
  await hub.clock.advance(SOON_MS);
  expect(hub.shell.typed.endsWith([...'abc'].map(keyEvent).join(''))).toBe(true);
  rfb.disconnect();
  await hub.clock.advance(SOON_MS);
  expect(hub.shell.closed).toBe('OK');
});
