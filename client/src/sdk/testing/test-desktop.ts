/** Opens the screen or the browser of a desktop on a simulated hub, and records what it reports. */
import { ChannelSocket } from '../channel-socket.ts';
import { FakeHub } from './sim-hub.ts';
import { newLine } from './test-terminal.ts';

export interface Desktop {
  hub: FakeHub;
  socket: ChannelSocket;
  /** Messages so far: strings, or bytes in one string with a character for each byte. */
  messages: string[];
  /** Events in order: open, error, "close 1000 reason" and each status. */
  events: string[];
}

/** Resolves when the channel is open. */
export async function openedDesktop(kind: 'vnc' | 'cdp', hub = new FakeHub()): Promise<Desktop> {
  const [messages, events]: [string[], string[]] = [[], []];
  const socket = new ChannelSocket({
    line: newLine(hub),
    clock: hub.clock,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    kind,
    name: `ws://hub/consumer#${kind}/d-1`,
    meta: { sessionId: 'd-1' },
    reopens: false,
    asText: kind === 'cdp',
  });
  socket.onstatus = (status) => events.push(status);
  socket.onopen = () => events.push('open');
  socket.onerror = () => events.push('error');
  socket.onclose = ({ code, reason }) => events.push(`close ${code} ${reason}`);
  socket.onmessage = ({ data }) => {
    messages.push(typeof data === 'string' ? data : Buffer.from(data).toString('latin1'));
  };
  await hub.clock.until(() => socket.readyState === 1, 1_000);
  return { hub, socket, messages, events };
}
