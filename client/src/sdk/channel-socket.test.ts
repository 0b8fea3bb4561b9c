/**
 * A ChannelSocket behaves like a WebSocket: messages, events, the end of the channel, and flow-control
 * credit.
 */
import { AttachAddon } from '@xterm/addon-attach';
import headless from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { FakeHub } from './testing/sim-hub.ts';
import { newLine, openedTerminal, openTerminal, SOON_MS, WINDOW } from './testing/test-terminal.ts';

describe('as a WebSocket', () => {
  test('text and all kinds of buffers are sent, and messages arrive as ArrayBuffers', async () => {
    const { socket, hub, screen, events } = await openedTerminal();
    const bytes = new TextEncoder().encode('xxbinaryxx');
    socket.send('tëxt ');
    socket.send(bytes.subarray(2, 8));
    socket.send(new TextEncoder().encode(' buffer').buffer);
    hub.shell.say('prompt$ ');
    await hub.clock.advance(SOON_MS);
    expect(hub.shell.typed).toBe('tëxt binary buffer');
    expect(screen()).toBe('prompt$ ');
    expect(events).toEqual(['open', 'connected']);
  });

  test('a buffer may be changed right after send()', async () => {
    const { socket, hub } = await openedTerminal();
    const bytes = new TextEncoder().encode('abc');
    socket.send(bytes);
    bytes.fill(0);
    await hub.clock.advance(SOON_MS);
    expect(hub.shell.typed).toBe('abc');
  });

  test('messages arrive as Blobs if binaryType says so', async () => {
    const { socket, hub } = await openedTerminal();
    socket.binaryType = 'blob';
    const got: Promise<string>[] = [];
    socket.addEventListener('message', ({ data }) => got.push((data as Blob).text()));
    hub.shell.say('hello');
    await hub.clock.advance(SOON_MS);
    expect(await Promise.all(got)).toEqual(['hello']);
    expect(() => socket.send(new Blob(['x']))).toThrow(/arrayBuffer/);
  });

  test('has the members that noVNC looks for, on itself or on its direct prototype', async () => {
    const { socket } = await openedTerminal();
    const members = [...Object.keys(socket), ...Object.getOwnPropertyNames(Object.getPrototypeOf(socket))];
    const needed = [
      'send',
      'close',
      'binaryType',
      'onerror',
      'onmessage',
      'onopen',
      'protocol',
      'readyState',
    ];
    expect(members).toEqual(expect.arrayContaining([...needed, 'addEventListener', 'removeEventListener']));
  });

  test('the unmodified xterm AttachAddon works on it', async () => {
    const { socket, hub } = await openedTerminal();
    const xterm = new headless.Terminal({ cols: 20, rows: 3, allowProposedApi: true });
    xterm.loadAddon(new AttachAddon(socket) as never);
    hub.shell.say('prompt$ ');
    xterm.input('ls\r');
    await hub.clock.advance(SOON_MS);
    await new Promise<void>((done) => xterm.write('', done));
    expect(hub.shell.typed).toBe('ls\r');
    expect(xterm.buffer.active.getLine(0)?.translateToString(true)).toBe('prompt$ ');
  });

  test('a removed listener is not called', async () => {
    const { socket, hub } = await openedTerminal();
    let heard = 0;
    const listener = () => heard++;
    socket.addEventListener('message', listener);
    socket.removeEventListener('message', listener);
    hub.shell.say('x');
    await hub.clock.advance(SOON_MS);
    expect(heard).toBe(0);
  });
});

describe('the end', () => {
  test('a shell that exits closes the socket with code 1000 and its message', async () => {
    const { hub, events } = await openedTerminal();
    hub.shell.channel!.end('OK', 'exited with status 0');
    await hub.clock.advance(SOON_MS);
    expect(events.slice(2)).toEqual(['closed', 'close 1000 exited with status 0']);
    expect(hub.shell.closed).toBe('OK');
  });

  test('a refusal closes the socket with its code and message, after an error event', async () => {
    const hub = new FakeHub();
    hub.refuseOpen = 'NOT_FOUND';
    const { socket, events } = openTerminal(hub);
    await hub.clock.advance(SOON_MS);
    expect(events).toEqual(['closed', 'error', 'close 4004 refused by the test']);
    expect(socket.readyState).toBe(3);
  });

  test('close() delivers what was sent before, and its event comes later', async () => {
    const { socket, hub, events } = await openedTerminal();
    socket.send('last words');
    socket.close();
    socket.close();
    expect([socket.readyState, ...events]).toEqual([2, 'open', 'connected']);
    hub.shell.say('nobody reads this');
    await hub.clock.advance(SOON_MS);
    expect(hub.shell.typed).toBe('last words');
    expect(hub.shell.closed).toBe('OK');
    expect(events.slice(2)).toEqual(['closed', 'close 1000 bye']);
  });

  test('after close() all methods do nothing', async () => {
    const { socket, hub, events, sizes, screen } = await openedTerminal();
    socket.close();
    socket.send('x');
    socket.resize(1, 2);
    socket.consumed(100);
    hub.shell.say('y');
    await hub.clock.advance(SOON_MS);
    const before = events.length;
    socket.send('x');
    socket.close();
    await hub.clock.advance(10_000);
    expect([hub.shell.typed, screen(), sizes, events.length]).toEqual(['', '', [], before]);
  });

  test('close() without a connection ends at once', async () => {
    const { socket, hub, events } = await openedTerminal();
    hub.down = true;
    hub.cut();
    socket.close();
    await hub.clock.advance(0);
    expect(events.slice(2)).toEqual(['reconnecting', 'closed', 'close 1000 ']);
  });

  test('close() while a terminal is being opened leaves nothing behind at the other end', async () => {
    const hub = new FakeHub();
    const line = newLine(hub);
    await hub.clock.until(() => line.status === 'connected', 1_000);
    const { socket, events } = openTerminal(hub, line);
    socket.close();
    await hub.clock.advance(SOON_MS);
    expect(events).toEqual(['closed', 'close 1000 ']);
    expect(hub.shells.map((shell) => shell.closed)).toEqual(['OK']);
  });

  test('an end that is not answered becomes a reset', async () => {
    const { socket, hub, events } = await openedTerminal();
    hub.shell.answersEnd = false;
    socket.close();
    await hub.clock.advance(3_000);
    expect(events.at(-1)).toBe('close 1000 ');
    expect(hub.shell.closed).toBe('OK');
  });
});

describe('credit', () => {
  test('a message counts as consumed when its handlers have returned', async () => {
    const { hub, socket } = await openedTerminal();
    let got = 0;
    socket.addEventListener('message', ({ data }) => {
      got += (data as ArrayBuffer).byteLength;
    });
    hub.shell.say(new Uint8Array(10 * WINDOW));
    await hub.clock.advance(5_000);
    expect(got).toBe(10 * WINDOW);
  });

  test('with manualConsume the sender stays at most one window ahead', async () => {
    const { hub, socket } = await openedTerminal();
    socket.manualConsume = true;
    hub.shell.say(new Uint8Array(3 * WINDOW));
    await hub.clock.advance(5_000);
    expect(hub.shell.said).toBe(WINDOW);
    socket.consumed(WINDOW / 2);
    await hub.clock.advance(5_000);
    expect(hub.shell.said).toBe(1.5 * WINDOW);
  });

  test('consuming more than was delivered has no effect', async () => {
    const { hub, socket } = await openedTerminal();
    socket.manualConsume = true;
    socket.consumed(10 * WINDOW);
    hub.shell.say(new Uint8Array(3 * WINDOW));
    await hub.clock.advance(5_000);
    expect(hub.shell.said).toBe(WINDOW);
  });
});

describe('the window size', () => {
  test('is sent by a call, and only the newest', async () => {
    const { hub, socket, sizes } = await openedTerminal();
    for (let cols = 81; cols <= 100; cols++) socket.resize(cols, 30);
    await hub.clock.advance(SOON_MS);
    expect(sizes[0]).toEqual({ cols: 81, rows: 30, viewer: 'w1' });
    expect(sizes.at(-1)).toEqual({ cols: 100, rows: 30, viewer: 'w1' });
    expect(sizes.length).toBe(2);
  });

  test('that is current is in the next OPEN', async () => {
    const { hub, socket, sizes } = await openedTerminal();
    hub.down = true;
    hub.cut();
    socket.resize(132, 50);
    hub.forget();
    hub.down = false;
    await hub.clock.advance(5_000);
    expect(hub.shell.meta).toEqual({ vmId: 'v1', cols: 132, rows: 50 });
    expect(sizes).toEqual([]);
  });
});

test('the round trip is measured end to end', async () => {
  const { hub, socket } = await openedTerminal();
  await hub.clock.advance(SOON_MS);
  expect(socket.rtt).toBe(10);
});
