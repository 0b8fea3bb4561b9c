/** Runs a hub as a child process of `npm start`. The hub is ready when it reports its address. */
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { z } from 'zod';
import { nodeCommand } from '../../lib/node-flags.ts';
import { ROOT } from '../../lib/paths.ts';
import { startService } from './service.ts';
import type { Supervised } from './supervisor.ts';

/** Message that the hub (server/src/main.ts) sends to its parent process when the hub accepts connections. */
const Listening = z.object({ type: z.literal('listening'), url: z.string(), port: z.number() });
type Listening = z.infer<typeof Listening>;

export interface HubOptions {
  /** Name that distinguishes this hub from others, in messages and in the name of its log file. */
  readonly name?: string;
  readonly port: number;
  readonly dataDir: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Streams that get a copy of the hub's log, such as stdout. */
  readonly show: readonly Writable[];
}

export class Hub {
  /** URL of the hub, without a trailing slash. */
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
        // At its first start, the hub may choose a free port. It keeps this port at restarts, so that clients
        // and agents find it again.
        port = listening.data.port;
        first.resolve(listening.data);
      },
      ready: async () => void (await first.promise),
    });
    return new Hub(await first.promise, child);
  }

  /**
   * Stops the hub at once with SIGINT. After SIGTERM, the hub would first move its clients to other hubs, but
   * here no other hub keeps running.
   */
  stop(): Promise<void> {
    return this.#child.stop('SIGINT');
  }
}
