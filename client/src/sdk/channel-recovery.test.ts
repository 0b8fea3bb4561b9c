/**
 * A terminal survives connections that stall or break, a provider that is offline, and another end that
 * forgets the channel.
 */
import { describe, expect, test } from 'vitest';
import { MAX_WAITING } from './link.ts';
import { openedTerminal, openTerminal, SOON_MS, WINDOW } from './testing/test-terminal.ts';

describe('a stalled connection', () => {
  test('is soon not shown as connected, and is again when bytes arrive', async () => {
    const { hub, events } = await openedTerminal();
    hub.deaf = true;
    await hub.clock.advance(8_500);
    expect(events).toEqual(['open', 'connected', 'reconnecting']);
    hub.deaf = false;
    await hub.clock.advance(5_000);
    expect(events).toEqual(['open', 'connected', 'reconnecting', 'connected']);
  });

  test('is connected while bytes arrive, even if probes are not answered', async () => {
    const { hub, events } = await openedTerminal();
    hub.deaf = true;
    for (let i = 0; i < 10; i++) {
      hub.shell.say('x');
      await hub.clock.advance(1_000);
    }
    expect(events).toEqual(['open', 'connected']);
  });
});

describe('without a connection', () => {
  test('input that is sent before the channel is open waits, and arrives first', async () => {
    const { socket, hub } = openTerminal();
    socket.send('early ');
    expect(socket.bufferedAmount).toBe(6);
    await hub.clock.until(() => socket.readyState === 1, 1_000);
    socket.send('late');
    await hub.clock.advance(SOON_MS);
    expect(hub.shell.typed).toBe('early late');
    expect(socket.bufferedAmount).toBe(0);
  });

  test('more than 1 MiB of waiting input closes the socket with a clear error', async () => {
    const { socket, events, hub } = openTerminal();
    socket.send(new Uint8Array(MAX_WAITING));
    expect(socket.readyState).toBe(0);
    socket.send('x');
    await hub.clock.advance(SOON_MS);
    expect(events.at(-1)).toMatch(/^close 4012 more than 1048576 bytes of input/);
  });

  test('after a reconnect every byte arrives once and in order', async () => {
    const { socket, hub, screen, events } = await openedTerminal();
    let typed = '';
    let said = '';
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
    expect(screen()).toBe(said);
    expect(hub.shells.length).toBe(1);
    expect(events.slice(0, 4)).toEqual(['open', 'connected', 'reconnecting', 'connected']);
  });

  test('an offline provider is shown as such, and its return is noticed', async () => {
    const { hub, socket, events } = await openedTerminal();
    hub.providerOnline = false;
    hub.cut();
    await hub.clock.advance(5_000);
    expect(socket.status).toBe('provider-offline');
    hub.providerOnline = true;
    await hub.clock.advance(3_000);
    expect(events.slice(2)).toEqual(['reconnecting', 'provider-offline', 'connected']);
  });

  test('a lost connection is shown rather than the offline provider behind it', async () => {
    const { hub, socket } = await openedTerminal();
    hub.providerOnline = false;
    hub.cut();
    await hub.clock.advance(5_000);
    hub.down = true;
    hub.cut();
    await hub.clock.advance(5_000);
    expect(socket.status).toBe('reconnecting');
  });
});

describe('when the other end has forgotten the channel', () => {
  test('a new channel is opened, and unsent input arrives there', async () => {
    const { hub, socket, screen, events } = await openedTerminal();
    hub.shell.say('old ');
    await hub.clock.advance(SOON_MS);
    hub.down = true;
    hub.cut();
    hub.forget();
    socket.send('typed meanwhile');
    await hub.clock.advance(1_000);
    hub.down = false;
    await hub.clock.advance(5_000);
    expect(hub.shells.length).toBe(2);
    hub.shell.say('new');
    await hub.clock.advance(SOON_MS);
    expect(hub.shell.typed).toBe('typed meanwhile');
    expect(screen()).toBe('old new');
    expect(events.slice(2)).toEqual(['reconnecting', 'connected']);
  });

  test('input that may have been typed already is not typed again', async () => {
    const { hub, socket } = await openedTerminal();
    hub.shell.stuck = true;
    socket.send('rm x\r');
    await hub.clock.advance(SOON_MS);
    const first = hub.shell;
    hub.down = true;
    hub.cut();
    hub.forget();
    socket.send('ls\r');
    await hub.clock.advance(1_000);
    hub.down = false;
    await hub.clock.advance(5_000);
    expect(first.typed).toBe('rm x\r');
    expect(hub.shell.typed).toBe('ls\r');
  });

  test('a new channel is also opened after two minutes without a connection', async () => {
    const { hub, events } = await openedTerminal();
    hub.down = true;
    hub.cut();
    await hub.clock.advance(130_000);
    hub.down = false;
    await hub.clock.advance(5_000);
    expect(hub.shells.map((shell) => shell.closed)).toEqual(['LEG_LOST', undefined]);
    expect(events.slice(2)).toEqual(['reconnecting', 'connected']);
  });

  test('bytes of the old channel give no credit on the new one', async () => {
    const { hub, socket } = await openedTerminal();
    socket.manualConsume = true;
    hub.shell.say(new Uint8Array(50_000));
    await hub.clock.advance(SOON_MS);
    hub.cut();
    hub.forget();
    await hub.clock.advance(5_000);
    socket.consumed(50_000);
    socket.consumed(1);
    hub.shell.say(new Uint8Array(2 * WINDOW));
    await hub.clock.advance(5_000);
    expect(hub.shell.said).toBe(WINDOW);
  });
});
