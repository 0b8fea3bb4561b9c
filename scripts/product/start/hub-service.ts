/** A hub as a child of npm start. It is ready when it reports its address. */
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { z } from 'zod';
import { nodeCommand } from '../../lib/node-flags.ts';
import { ROOT } from '../../lib/paths.ts';
import { startService } from './service.ts';
import type { Supervised } from './supervisor.ts';

/** The message that server/src/main.ts sends to its parent once it accepts connections. */
const Listening = z.object({ type: z.literal('listening'), url: z.string(), port: z.number() });
type Listening = z.infer<typeof Listening>;

export interface HubOptions {
  /** The hub's name among several, for messages and its log file. */
  readonly name?: string;
  readonly port: number;
  readonly dataDir: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Streams that show the log as well. */
  readonly show: readonly Writable[];
}

export class Hub {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly #child: Supervised;

  private constructor({ url, port }: Listening, child: Supervised) {
    this.url = url;
    this.port = port;
    this.#child = child;
  }

  static async start({
    name = 'hub',
    dataDir,
    show,
    env = process.env,
    ...options
  }: HubOptions): Promise<Hub> {
    let { port } = options;
    const first = Promise.withResolvers<Listening>();
    const child = await startService({
      name,
      log: join(dataDir, `logs/${name.replaceAll(' ', '-')}.log`),
      show,
      env,
      command: () => nodeCommand(join(ROOT, 'server/src/main.ts'), '--port', String(port), '--data', dataDir),
      message: (message) => {
        const listening = Listening.safeParse(message);
        if (!listening.success) return;
        // A restarted hub must listen on the same port, even if the first start could use any.
        port = listening.data.port;
        first.resolve(listening.data);
      },
      ready: async () => void (await first.promise),
    });
    return new Hub(await first.promise, child);
  }

  /** SIGINT stops the hub without draining: no other hub will be left to which its peers could move. */
  stop(): Promise<void> {
    return this.#child.stop('SIGINT');
  }
}
