/** A ChannelSocket is a WebSocket to its users, and never loses or repeats a byte as long as its other end lives. */
import { AttachAddon } from '@xterm/addon-attach';
import headless from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { MAX_WAITING } from './link.ts';
import { FakeHub } from './testing/sim-hub.ts';
import { newLine, openTerminal } from './testing/test-terminal.ts';

/** Long enough for a few round trips, and for nothing else. */
const SOON_MS = 100;
const WINDOW = 128 * 1024;

async function opened() {
  const terminal = openTerminal();
  await terminal.hub.clock.until(() => terminal.socket.readyState === 1, 1_000);
  return terminal;
}

describe('as a WebSocket', () => {
  test('text and every kind of bytes go out, and messages come as ArrayBuffers', async () => {
    const { socket, hub, screen, events } = await opened();
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

  test('what send() was given may be changed at once', async () => {
    const { socket, hub } = await opened();
    const bytes = new TextEncoder().encode('abc');
    socket.send(bytes);
    bytes.fill(0);
    await hub.clock.advance(SOON_MS);
    expect(hub.shell.typed).toBe('abc');
  });

  test('messages come as Blobs when asked for', async () => {
    const { socket, hub } = await opened();
    socket.binaryType = 'blob';
    const got: Promise<string>[] = [];
    socket.addEventListener('message', ({ data }) => got.push((data as Blob).text()));
    hub.shell.say('hello');
    await hub.clock.advance(SOON_MS);
    expect(await Promise.all(got)).toEqual(['hello']);
    expect(() => socket.send(new Blob(['x']))).toThrow(/arrayBuffer/);
  });

  test('has what noVNC looks for, on itself or its direct prototype', async () => {
    const { socket } = await opened();
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

  test('xterm and its AttachAddon work on it, unmodified', async () => {
    const { socket, hub } = await opened();
    const xterm = new headless.Terminal({ cols: 20, rows: 3, allowProposedApi: true });
    xterm.loadAddon(new AttachAddon(socket) as never);
    hub.shell.say('prompt$ ');
    xterm.input('ls\r');
    await hub.clock.advance(SOON_MS);
    await new Promise<void>((done) => xterm.write('', done));
    expect(hub.shell.typed).toBe('ls\r');
    expect(xterm.buffer.active.getLine(0)?.translateToString(true)).toBe('prompt$ ');
  });

  test('a listener that was removed hears nothing', async () => {
    const { socket, hub } = await opened();
    let heard = 0;
    const listener = () => heard++;
    socket.addEventListener('message', listener);
    socket.removeEventListener('message', listener);
    hub.shell.say('x');
    await hub.clock.advance(SOON_MS);
    expect(heard).toBe(0);
  });
});

describe('a line that stalls', () => {
  test('is not called connected for long, and is again when something comes through', async () => {
    const { hub, events } = await opened();
    hub.deaf = true;
    await hub.clock.advance(8_500);
    expect(events).toEqual(['open', 'connected', 'reconnecting']);
    hub.deaf = false;
    await hub.clock.advance(5_000);
    expect(events).toEqual(['open', 'connected', 'reconnecting', 'connected']);
  });

  test('is connected as long as bytes come, whatever becomes of the probes', async () => {
    const { hub, events } = await opened();
    hub.deaf = true;
    for (let i = 0; i < 10; i++) {
      hub.shell.say('x');
      await hub.clock.advance(1_000);
    }
    expect(events).toEqual(['open', 'connected']);
  });
});

describe('the end', () => {
  test('a shell that exits closes it with 1000 and its sentence', async () => {
    const { hub, events } = await opened();
    hub.shell.channel!.end('OK', 'exited with status 0');
    await hub.clock.advance(SOON_MS);
    expect(events.slice(2)).toEqual(['closed', 'close 1000 exited with status 0']);
    expect(hub.shell.closed).toBe('OK');
  });

  test('a refusal closes it with the code and the sentence, after an error event', async () => {
    const hub = new FakeHub();
    hub.refuseOpen = 'NOT_FOUND';
    const { socket, events } = openTerminal(hub);
    await hub.clock.advance(SOON_MS);
    expect(events).toEqual(['closed', 'error', 'close 4004 refused by the test']);
    expect(socket.readyState).toBe(3);
  });

  test('close() lets what was sent arrive, and the caller hears of it later', async () => {
    const { socket, hub, events } = await opened();
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

  test('after close() nothing does anything', async () => {
    const { socket, hub, events, sizes, screen } = await opened();
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

  test('close() without a line is over at once', async () => {
    const { socket, hub, events } = await opened();
    hub.down = true;
    hub.cut();
    socket.close();
    await hub.clock.advance(0);
    expect(events.slice(2)).toEqual(['reconnecting', 'closed', 'close 1000 ']);
  });

  test('close() of a terminal that is just being opened leaves nothing behind at the other end', async () => {
    const hub = new FakeHub();
    const line = newLine(hub);
    await hub.clock.until(() => line.status === 'connected', 1_000);
    const { socket, events } = openTerminal(hub, line);
    socket.close();
    await hub.clock.advance(SOON_MS);
    expect(events).toEqual(['closed', 'close 1000 ']);
    expect(hub.shells.map((shell) => shell.closed)).toEqual(['OK']);
  });

  test('an end that nobody answers becomes an abrupt one', async () => {
    const { socket, hub, events } = await opened();
    hub.shell.answersEnd = false;
    socket.close();
    await hub.clock.advance(3_000);
    expect(events.at(-1)).toBe('close 1000 ');
    expect(hub.shell.closed).toBe('OK');
  });
});

describe('while there is no line', () => {
  test('input before the channel is open waits, and arrives first', async () => {
    const { socket, hub } = openTerminal();
    socket.send('early ');
    expect(socket.bufferedAmount).toBe(6);
    await hub.clock.until(() => socket.readyState === 1, 1_000);
    socket.send('late');
    await hub.clock.advance(SOON_MS);
    expect(hub.shell.typed).toBe('early late');
    expect(socket.bufferedAmount).toBe(0);
  });

  test('more than 1 MiB of waiting input closes it with a clear error', async () => {
    const { socket, events, hub } = openTerminal();
    socket.send(new Uint8Array(MAX_WAITING));
    expect(socket.readyState).toBe(0);
    socket.send('x');
    await hub.clock.advance(SOON_MS);
    expect(events.at(-1)).toMatch(/^close 4012 more than 1048576 bytes of input/);
  });

  test('a line that breaks is mended, and every byte comes once and in order', async () => {
    const { socket, hub, screen, events } = await opened();
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

  test('a provider that is away shows as such, and its return is found by itself', async () => {
    const { hub, socket, events } = await opened();
    hub.providerOnline = false;
    hub.cut();
    await hub.clock.advance(5_000);
    expect(socket.status).toBe('provider-offline');
    hub.providerOnline = true;
    await hub.clock.advance(3_000);
    expect(events.slice(2)).toEqual(['reconnecting', 'provider-offline', 'connected']);
  });

  test('a line that is lost while the provider is away shows as the nearer trouble', async () => {
    const { hub, socket } = await opened();
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
  test('a new one is opened by itself, and what was not sent yet arrives there', async () => {
    const { hub, socket, screen, events } = await opened();
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

  test('what may have been typed already is not typed again', async () => {
    const { hub, socket } = await opened();
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

  test('after more than two minutes without a line as well', async () => {
    const { hub, events } = await opened();
    hub.down = true;
    hub.cut();
    await hub.clock.advance(130_000);
    hub.down = false;
    await hub.clock.advance(5_000);
    expect(hub.shells.map((shell) => shell.closed)).toEqual(['LEG_LOST', undefined]);
    expect(events.slice(2)).toEqual(['reconnecting', 'connected']);
  });

  test('bytes of the old channel that are consumed late give no credit on the new one', async () => {
    const { hub, socket } = await opened();
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

describe('credit', () => {
  test('a message is consumed when its handlers returned: output flows', async () => {
    const { hub, socket } = await opened();
    let got = 0;
    socket.addEventListener('message', ({ data }) => {
      got += (data as ArrayBuffer).byteLength;
    });
    hub.shell.say(new Uint8Array(10 * WINDOW));
    await hub.clock.advance(5_000);
    expect(got).toBe(10 * WINDOW);
  });

  test('with manualConsume the sender stays one window ahead of what was consumed', async () => {
    const { hub, socket } = await opened();
    socket.manualConsume = true;
    hub.shell.say(new Uint8Array(3 * WINDOW));
    await hub.clock.advance(5_000);
    expect(hub.shell.said).toBe(WINDOW);
    socket.consumed(WINDOW / 2);
    await hub.clock.advance(5_000);
    expect(hub.shell.said).toBe(1.5 * WINDOW);
  });

  test('consuming more than was delivered does no harm', async () => {
    const { hub, socket } = await opened();
    socket.manualConsume = true;
    socket.consumed(10 * WINDOW);
    hub.shell.say(new Uint8Array(3 * WINDOW));
    await hub.clock.advance(5_000);
    expect(hub.shell.said).toBe(WINDOW);
  });
});

describe('the window size', () => {
  test('goes over a call, and only the newest', async () => {
    const { hub, socket, sizes } = await opened();
    for (let cols = 81; cols <= 100; cols++) socket.resize(cols, 30);
    await hub.clock.advance(SOON_MS);
    expect(sizes[0]).toEqual({ cols: 81, rows: 30, viewer: 'w1' });
    expect(sizes.at(-1)).toEqual({ cols: 100, rows: 30, viewer: 'w1' });
    expect(sizes.length).toBe(2);
  });

  test('of now is what the next OPEN says', async () => {
    const { hub, socket, sizes } = await opened();
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
  const { hub, socket } = await opened();
  await hub.clock.advance(SOON_MS);
  expect(socket.rtt).toBe(10);
});
