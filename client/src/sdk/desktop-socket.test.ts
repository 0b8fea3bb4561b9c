/** The channels of a desktop: its screen (vnc) carries bytes, and its browser (cdp) carries text. */
import { WINDOWS } from '@unicore/protocol';
import { describe, expect, test } from 'vitest';
import { FakeHub } from './testing/sim-hub.ts';
import { openedDesktop } from './testing/test-desktop.ts';
import { SOON_MS } from './testing/test-terminal.ts';

describe('both', () => {
  test('what the desktop said when it accepted the channel can be read', async () => {
    const hub = new FakeHub();
    hub.accept = { holder: 'v7', text: true };
    const { socket } = await openedDesktop('vnc', hub);
    expect(socket.accepted).toEqual({ viewer: 'w1', holder: 'v7', text: true });
    hub.accept = { holder: 7, viewer: null };
    const odd = await openedDesktop('cdp', hub);
    expect(odd.socket.accepted).toEqual({ viewer: undefined, holder: undefined, text: false });
  });

  test.each(['vnc', 'cdp'] as const)(
    'a %s channel that the other end has forgotten closes, and nothing is opened again',
    async (kind) => {
      const { hub, events } = await openedDesktop(kind);
      hub.forget();
      hub.cut();
      await hub.clock.advance(10_000);
      expect(events.at(-1)).toMatch(/^close 4016 /);
      expect(hub.shells.length).toBe(1);
    },
  );

  test.each(['vnc', 'cdp'] as const)('a %s channel closes with the end of the desktop', async (kind) => {
    const { hub, events } = await openedDesktop(kind);
    hub.shell.channel!.end('SESSION_ENDED', 'The desktop was idle.');
    await hub.clock.advance(SOON_MS);
    expect(events.slice(2)).toEqual(['closed', 'error', 'close 4035 The desktop was idle.']);
  });

  test('resize() has no effect', async () => {
    const { hub, socket } = await openedDesktop('vnc');
    socket.resize(80, 24);
    await hub.clock.advance(SOON_MS);
    expect(hub.shell.meta).toEqual({ sessionId: 'd-1' });
  });
});

describe('a screen', () => {
  test('after lost connections every byte has arrived once and in order, both ways', async () => {
    const { hub, socket, messages } = await openedDesktop('vnc');
    let [typed, said] = ['', ''];
    for (let i = 0; i < 200; i++) {
      typed += `in${i} `;
      socket.send(`in${i} `);
      said += `out${i} `.repeat(50);
      hub.shell.say(`out${i} `.repeat(50));
      await hub.clock.advance(7);
      if (i % 40 === 20) hub.cut();
    }
    await hub.clock.advance(10_000);
    expect(hub.shell.typed).toBe(typed);
    expect(messages.join('')).toBe(said);
    expect(hub.shells.length).toBe(1);
  });

  test('with manualConsume the sender stays at most one window ahead', async () => {
    const { hub, socket } = await openedDesktop('vnc');
    socket.manualConsume = true;
    hub.shell.say(new Uint8Array(3 * WINDOWS.vnc));
    await hub.clock.advance(5_000);
    const ahead = hub.shell.said;
    expect(ahead).toBeLessThanOrEqual(WINDOWS.vnc);
    socket.consumed(ahead / 2);
    await hub.clock.advance(5_000);
    expect(hub.shell.said).toBe(1.5 * ahead);
  });
});

describe('a browser', () => {
  test('each string is one message, both ways', async () => {
    const { hub, socket, messages } = await openedDesktop('cdp');
    socket.send('{"id":1}');
    socket.send('{"id":2,"text":"日本語"}');
    hub.shell.say('{"id":1}\0{"id":2,"text":"👩‍👩‍👧"}\0{"half":');
    await hub.clock.advance(SOON_MS);
    expect(hub.shell.typed).toBe('{"id":1}\0{"id":2,"text":"日本語"}\0');
    expect(messages).toEqual(['{"id":1}', '{"id":2,"text":"👩‍👩‍👧"}']);
    hub.shell.say('1}\0');
    await hub.clock.advance(SOON_MS);
    expect(messages[2]).toBe('{"half":1}');
  });

  test('a message that is cut by a lost connection arrives whole', async () => {
    const { hub, messages, events } = await openedDesktop('cdp');
    const large = JSON.stringify('ü'.repeat(200_000));
    hub.shell.say(`${large}\0`);
    await hub.clock.advance(6);
    hub.cut();
    await hub.clock.advance(10_000);
    expect(messages).toEqual([large]);
    expect(events).toContain('reconnecting');
  });

  test('a message larger than the window arrives, whatever manualConsume says', async () => {
    const { hub, socket, messages } = await openedDesktop('cdp');
    socket.manualConsume = true;
    const large = 'x'.repeat(3 * WINDOWS.cdp);
    hub.shell.say(`${large}\0`);
    await hub.clock.advance(10_000);
    expect(messages).toEqual([large]);
  });

  test('a message of more than 16 MiB closes the channel', async () => {
    const { hub, events } = await openedDesktop('cdp');
    hub.shell.say(new Uint8Array(16 * 1024 * 1024 + 1).fill(0x78));
    await hub.clock.until(() => events.length > 2, 600_000);
    expect(events.at(-1)).toBe('close 4037 A message has at most 16 MiB.');
    await hub.clock.advance(SOON_MS);
    expect(hub.shell.closed).toBe('TOO_LARGE');
  });

  test('bytes and text with a NUL are not sent', async () => {
    const { socket } = await openedDesktop('cdp');
    expect(() => socket.send(new Uint8Array(1))).toThrow(TypeError);
    expect(() => socket.send('\0')).toThrow('NUL');
    expect(socket.bufferedAmount).toBe(0);
  });

  test('no message follows close(), not even one that had arrived with an earlier one', async () => {
    const { hub, socket, messages } = await openedDesktop('cdp');
    socket.addEventListener('message', () => socket.close());
    hub.shell.say('one\0two\0');
    await hub.clock.advance(SOON_MS);
    expect(messages).toEqual(['one']);
  });
});
