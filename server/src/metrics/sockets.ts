/** Metrics of sockets, and of all connections by kind: messages, bytes and round trips. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { LegKind, SocketKind, SocketMeter } from '../sockets/index.ts';
import { Latencies } from './latencies.ts';
import { PlainCounter } from './plain-counter.ts';

const SOCKETS: readonly SocketKind[] = ['provider', 'consumer', 'terminal', 'vnc', 'cdp', 'hub'];
const LEGS: readonly LegKind[] = [...SOCKETS, 'mail'];

export function createSocketMeter(registry: Registry): SocketMeter {
  const registers = [registry];
  const sockets = new Gauge({
    name: 'unicore_sockets',
    help: 'Open WebSockets',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of SOCKETS) sockets.set({ kind }, 0);
  const closes = new Counter({
    name: 'unicore_socket_closes_total',
    help: 'Closed WebSockets, by why',
    labelNames: ['kind', 'code'],
    registers,
  });
  const buffers = byKind(SOCKETS, () => new Set<() => number>());
  new Gauge({
    name: 'unicore_socket_buffered_bytes',
    help: 'Bytes given to WebSockets that the kernel has not taken yet',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const kind of SOCKETS) {
        let sum = 0;
        for (const bytes of buffers[kind]) sum += bytes();
        this.set({ kind }, sum);
      }
    },
  });
  const labels = ['kind', 'direction'] as const;
  const messages = new PlainCounter(
    registry,
    'unicore_leg_messages_total',
    'Messages; mail: between hubs, by Redis',
    labels,
  );
  const bytes = new PlainCounter(registry, 'unicore_leg_bytes_total', 'Bytes of these messages', labels);
  const passed = byKind(LEGS, (kind) => {
    const cells = (direction: string) => ({
      messages: messages.cell({ kind, direction }),
      bytes: bytes.cell({ kind, direction }),
    });
    return { in: cells('in'), out: cells('out') };
  });
  const strays = new PlainCounter(
    registry,
    'unicore_stray_frames_total',
    'Frames dropped: of no channel that is known',
    ['kind'],
  );
  const stray = byKind(LEGS, (kind) => strays.cell({ kind }));
  const latencies = new Latencies(
    registry,
    'unicore_leg_rtt_seconds',
    'Round trips to the neighbour, what waits on the way included, by PINGs that go anyway: mostly while a leg is busy',
  );
  const measured = byKind(LEGS, (kind) => latencies.of(kind));
  return {
    opened: (kind) => sockets.inc({ kind }),
    closed(kind, code) {
      sockets.dec({ kind });
      closes.inc({ kind, code });
    },
    buffers(kind, waiting) {
      buffers[kind].add(waiting);
      return () => buffers[kind].delete(waiting);
    },
    message(kind, direction, size) {
      const cells = passed[kind][direction];
      cells.messages.count++;
      cells.bytes.count += size;
    },
    measured: (kind, rtt) => measured[kind](rtt),
    stray(kind) {
      stray[kind].count++;
    },
  };
}

function byKind<Kind extends string, T>(kinds: readonly Kind[], make: (kind: Kind) => T): Record<Kind, T> {
  return Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Record<Kind, T>;
}
