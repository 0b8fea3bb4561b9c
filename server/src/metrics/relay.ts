/** Metrics of the relay: channels, frames, queued bytes, dropped channels, and channels that were resumed. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RelayMeter } from '../relay/index.ts';
import { PlainCounter } from './plain-counter.ts';

/**
 * Upper bounds of the histogram's buckets for the time that a consumer needs to resume a channel, in seconds.
 * This is fast if the provider is connected to this hub. It is slower if the hub must search the backplane,
 * the data shared by all hubs. It is slowest if the provider is reconnecting.
 */
const RESUME_BUCKETS = [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/**
 * Creates the relay's metrics. `waiting` returns the queued bytes by kind of receiving peer, and `queueBytes`
 * is their limit.
 */
export function createRelayMeter(
  registry: Registry,
  waiting: () => ReadonlyMap<string, number>,
  queueBytes: number,
): RelayMeter {
  const registers = [registry];
  const channels = new Gauge({
    name: 'unicore_channels',
    help: 'Channels joined now, by where they come from and go to: other hubs or the ends themselves',
    labelNames: ['from', 'to'],
    registers,
  });
  const refused = new Counter({
    name: 'unicore_refused_total',
    help: 'Channels refused, by why',
    labelNames: ['code'],
    registers,
  });
  const purged = new Counter({
    name: 'unicore_purged_total',
    help: 'Channels dropped because the send queues were full; they attach again',
    registers,
  });
  const resumes = new Histogram({
    name: 'unicore_resume_seconds',
    help: 'Channels that came back to this hub, seconds until they were joined or not',
    labelNames: ['result'],
    buckets: RESUME_BUCKETS,
    registers,
  });
  for (const result of ['joined', 'not-joined']) resumes.zero({ result });
  new Gauge({
    name: 'unicore_queue_bytes',
    help: 'Bytes that wait in the hub for peers that read more slowly, by kind of peer',
    labelNames: ['to'],
    registers,
    collect() {
      const bytes = waiting();
      const of = (to: string) => bytes.get(to) ?? 0;
      this.set({ to: 'consumer' }, of('consumer'));
      this.set({ to: 'provider' }, of('provider'));
      // Connections between two hubs have kind `hub` if this hub opened them, and kind `relay` if the other
      // hub did. The metric counts both as `hub`.
      this.set({ to: 'hub' }, of('hub') + of('relay'));
    },
  });
  new Gauge({
    name: 'unicore_queue_limit_bytes',
    help: 'Bytes that may wait in the hub',
    registers,
  }).set(queueBytes);
  const frames = new PlainCounter(
    registry,
    'unicore_frames_forwarded_total',
    'Frames passed from one leg to another',
  ).cell({});
  const bytes = new PlainCounter(
    registry,
    'unicore_frames_forwarded_bytes_total',
    'Bytes of these frames',
  ).cell({});
  return {
    channels: (path, change) => channels.inc({ ...path }, change),
    forwarded(size) {
      frames.count++;
      bytes.count += size;
    },
    refused: (code) => refused.inc({ code }),
    purged: () => purged.inc(),
    resumed: (ms, joined) => resumes.observe({ result: joined ? 'joined' : 'not-joined' }, ms / 1000),
  };
}
