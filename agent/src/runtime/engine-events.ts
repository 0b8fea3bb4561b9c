/**
 * Follows the engine's event stream, and reconnects when the stream breaks. Reports events of this provider's
 * containers, and whether the engine answers.
 */
import type { Readable } from 'node:stream';
import { Backoff, type Clock, type UniCoreError } from '@unicore/protocol';
import { z } from 'zod';

import { LABEL } from './container.ts';
import { engineAt, pingEngine } from './engine.ts';
import type { RuntimeListener } from './runtime.ts';

/** Pauses between attempts to reach the engine, in ms: the first pause and the longest pause. */
const RETRY = { first: 250, most: 5_000 };
/** Longest line of the event stream, in characters. An event is one line of JSON of some hundred bytes. */
const MAX_LINE = 1024 * 1024;

const EngineEvent = z.object({
  Action: z.string(),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()) }),
});

interface WatchOptions {
  socketPath: string;
  providerId: string;
  clock: Clock;
  random: () => number;
  listener: RuntimeListener;
}

export function watchEngine({ socketPath, providerId, clock, random, listener }: WatchOptions): () => void {
  // The event stream needs a client without a time limit, since a stream without events is normal.
  const docker = engineAt(socketPath);
  const backoff = new Backoff({ ...RETRY, random });
  let stop: () => void = () => undefined;
  let stopped = false;

  async function follow(): Promise<void> {
    const filters = {
      type: ['container'],
      event: ['die', 'oom', 'destroy'],
      label: [`${LABEL.provider}=${providerId}`],
    };
    const stream = (await docker.getEvents({ filters: JSON.stringify(filters) })) as Readable;
    stop = () => stream.destroy();
    if (stopped) return stop();
    backoff.reset();
    listener.available();
    let rest = '';
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw new Error('an event of the engine is too long');
      for (const line of lines) if (line !== '') tell(line, listener);
    }
  }

  async function run(): Promise<void> {
    // The event stream may break while the engine still works. An engine is reported as unavailable only if
    // it does not answer a ping.
    await follow().catch(() => undefined);
    if (stopped) return;
    await pingEngine(socketPath).catch((error: UniCoreError) => {
      if (!stopped) listener.unavailable(error);
    });
    if (!stopped) stop = clock.after(backoff.next(), run);
  }

  void run();
  return () => {
    stopped = true;
    stop();
  };
}

function tell(line: string, listener: RuntimeListener): void {
  const { Action, Actor } = EngineEvent.parse(JSON.parse(line));
  const vmId = Actor.Attributes[LABEL.vm];
  const gen = Number(Actor.Attributes[LABEL.gen]);
  if (vmId === undefined || !Number.isSafeInteger(gen)) return;
  if (Action === 'oom') listener.outOfMemory(vmId, gen);
  else listener.changed(vmId, gen);
}
