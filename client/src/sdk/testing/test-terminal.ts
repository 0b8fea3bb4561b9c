/** Opens a terminal on a simulated hub and records everything that it reports. */
import { Nearest, type NearestOptions } from '@unicore/protocol';
import { ChannelSocket } from '../channel-socket.ts';
import { Line } from '../line.ts';
import { type Size, Sizer } from '../sizer.ts';
import { FakeHub } from './sim-hub.ts';

/** A time that is long enough for a few round trips, ms. */
export const SOON_MS = 100;
/** Bytes that one channel may have in flight. */
export const WINDOW = 128 * 1024;

export interface Terminal {
  hub: FakeHub;
  line: Line;
  socket: ChannelSocket;
  /** Events in order: open, error, "close 1000 reason" and each status. */
  events: string[];
  /** Text of all messages so far. */
  screen(): string;
  /** Window sizes that the terminal reported in calls to the hub. */
  sizes: (Size & { viewer: string })[];
}

export function openTerminal(hub = new FakeHub(), line = newLine(hub)): Terminal {
  const events: string[] = [];
  const sizes: Terminal['sizes'] = [];
  const decoder = new TextDecoder();
  let screen = '';
  const socket = new ChannelSocket({
    line,
    clock: hub.clock,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    kind: 'terminal',
    name: 'ws://hub/consumer#v1/main',
    meta: { vmId: 'v1' },
    reopens: true,
    sizer: new Sizer({
      clock: hub.clock,
      size: { cols: 80, rows: 24 },
      tell: async (size, viewer) => {
        sizes.push({ ...size, viewer });
      },
    }),
  });
  socket.onstatus = (status) => events.push(status);
  socket.onopen = () => events.push('open');
  socket.onerror = () => events.push('error');
  socket.onclose = ({ code, reason }) => events.push(`close ${code} ${reason}`);
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) screen += decoder.decode(data, { stream: true });
  };
  return { hub, line, socket, events, sizes, screen: () => screen };
}

/** Resolves when the terminal is open. */
export async function openedTerminal(): Promise<Terminal> {
  const terminal = openTerminal();
  await terminal.hub.clock.until(() => terminal.socket.readyState === 1, 1_000);
  return terminal;
}

export function newLine(
  hub: FakeHub,
  hello: (hub: string) => Promise<unknown> = async () => ({ client: 'test' }),
  nearest: Partial<NearestOptions> = {},
): Line {
  return new Line({
    nearest: new Nearest({
      home: 'http://hub',
      clock: hub.clock,
      random: Math.random,
      probe: () => Promise.reject(new Error('not to be asked')),
      trusted: () => true,
      ...nearest,
    }),
    WebSocket: hub.WebSocket,
    clock: hub.clock,
    random: Math.random,
    hello,
  });
}

/** Resolves when the hub has welcomed the client. */
export async function connectedLine(hub: FakeHub, hello?: () => Promise<unknown>): Promise<Line> {
  const line = newLine(hub, hello);
  await hub.clock.until(() => line.status === 'connected', 10_000);
  return line;
}
