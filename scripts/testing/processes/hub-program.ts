/** A hub as a process, which keeps its port when it restarts. */
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../lib/paths.ts';
import type { Program } from './program.ts';
import type { Programs } from './programs.ts';

/** What server/src/main.ts sends when it is up. */
const Listening = z.object({ type: z.literal('listening'), port: z.number() });

/** Attempts to start a hub, which ends if its store does not answer yet. */
const STARTS = 5;

export class Hub {
  readonly program: Program;
  /** Port of the hub; 0 (any free one) until it has started. */
  port = 0;

  /** args: further arguments, besides port, data folder and log level. */
  constructor(programs: Programs, name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
    this.program = programs.add(name, {
      args: () => [
        join(ROOT, 'server/src/main.ts'),
        ...['--port', String(this.port), '--data', programs.folder, '--log-level', 'debug'],
        ...args,
      ],
      env,
      starts: STARTS,
      up: (said) => this.#listens(said),
    });
  }

  /** URL of the hub, valid once it has started. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  #listens(said: unknown): boolean {
    const listening = Listening.safeParse(said);
    if (listening.success) this.port = listening.data.port;
    return listening.success;
  }
}
