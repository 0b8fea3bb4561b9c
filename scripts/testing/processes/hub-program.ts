/** Runs a hub as a separate process. The hub keeps its port when it restarts. */
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../lib/paths.ts';
import type { Program } from './program.ts';
import type { Programs } from './programs.ts';

/** Message that server/src/main.ts sends when the hub accepts connections. */
const Listening = z.object({ type: z.literal('listening'), port: z.number() });

/** Maximum number of attempts to start a hub. A hub exits if its store does not answer yet. */
const STARTS = 5;

export class Hub {
  readonly program: Program;
  /** Port of the hub. Before the first start it is 0, which means any free port. */
  port = 0;

  /** `args` are further arguments, besides port, data folder and log level. */
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

  /** URL of the hub. Valid only after the hub has started. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  #listens(said: unknown): boolean {
    const listening = Listening.safeParse(said);
    if (listening.success) this.port = listening.data.port;
    return listening.success;
  }
}
