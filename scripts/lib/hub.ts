/** The hub as a child of npm start: ready when it says where it listens. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { z } from 'zod';
import { openLog } from './log-file.ts';
import { ROOT } from './paths.ts';
import { type Death, Supervised } from './supervisor.ts';

/** What server/src/main.ts sends to its parent once it accepts connections. */
const Listening = z.object({ type: z.literal('listening'), url: z.string(), port: z.number() });
type Listening = z.infer<typeof Listening>;
/** Lines of the log that are shown where the hub can't start. */
const TAIL_LINES = 8;

export interface HubOptions {
  readonly port: number;
  readonly dataDir: string;
  /** Shows the log as well. */
  readonly show: readonly Writable[];
  died(death: Death): void;
}

export class Hub {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly #child: Supervised;

  private constructor({ url, port }: Listening, child: Supervised) {
    this.url = url;
    this.port = port;
    this.#child = child;
  }

  /** Throws with the end of the log if the first start fails; later it is started again for ever. */
  static async start(options: HubOptions): Promise<Hub> {
    const log = join(options.dataDir, 'logs/hub.log');
    let { port } = options;
    const first = Promise.withResolvers<Listening>();
    let ready = false;
    const child = new Supervised({
      args: () => [join(ROOT, 'server/src/main.ts'), '--port', String(port), '--data', options.dataDir],
      outputs: [openLog(log), ...options.show],
      message: (message) => {
        const listening = Listening.safeParse(message);
        if (!listening.success) return;
        ready = true;
        // Where any free port was good, a restarted hub must have the same one.
        port = listening.data.port;
        first.resolve(listening.data);
      },
      died: (death) => (ready ? options.died(death) : first.reject(new Error(death.how))),
    });
    try {
      return new Hub(await first.promise, child);
    } catch (error) {
      await child.stop();
      const tail = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
      throw new Error(`The hub does not start (${(error as Error).message}). The end of ${log}:\n${tail}`);
    }
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
