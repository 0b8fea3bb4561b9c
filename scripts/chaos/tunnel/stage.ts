/** All hops between terminals and consumers, as processes and lines of their own: what faults.ts breaks. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SOCKET, joinHub, stopKeeper } from '@unicore/agent';
import { createUniCore } from '@unicore/client/sdk';
import { openLocalAuth } from '@unicore/server';
import { z } from 'zod';
import { ROOT } from '../../lib/paths.ts';
import { LineProxy } from '../../tests/line-proxy.ts';
import { runningVm } from '../../tests/vms.ts';
import { FromConsumer, type ToConsumer } from './contract.ts';
import { Program } from './program.ts';

/** What server/src/main.ts and agent/src/commands/run.ts send when they are up. */
const Listening = z.object({ type: z.literal('listening'), port: z.number() });
const Started = z.object({ type: z.literal('started') });

export interface StageOptions {
  /** Consumer processes, each with a line and a VM of its own. */
  readonly consumers: number;
  said(message: FromConsumer): void;
  /** A process died of itself. */
  died(what: string, how: string): void;
}

export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'unicore-chaos-'));
  readonly logs = join(this.folder, 'logs');
  readonly hub: Program;
  readonly tunnel: Program;
  readonly consumers: readonly Program[];
  /** Between each consumer and the hub. */
  readonly consumerLines: LineProxy[] = [];
  /** Between the agent's tunnel and the hub; there once start() has settled. */
  providerLine!: LineProxy;
  /** One for each consumer. */
  readonly vmIds: string[] = [];
  token = '';
  readonly #agentDir = join(this.folder, 'agent');
  #port = 0;

  constructor(options: StageOptions) {
    mkdirSync(this.logs);
    const program = (name: string, rest: { args: () => string[]; up?: (said: unknown) => boolean }) => {
      return new Program({
        log: join(this.logs, `${name}.log`),
        died: (how) => options.died(name, how),
        ...rest,
      });
    };
    this.hub = program('hub', {
      args: () => [
        join(ROOT, 'server/src/main.ts'),
        ...['--port', String(this.#port), '--data', this.folder, '--log-level', 'debug'],
      ],
      up: (said) => this.#listens(said),
    });
    this.tunnel = program('tunnel', {
      args: () => [join(ROOT, 'agent/src/cli.ts'), 'run', '--data', this.#agentDir],
      up: (said) => Started.safeParse(said).success,
    });
    this.consumers = Array.from({ length: options.consumers }, (_, index) => {
      return new Program({
        args: () => [join(import.meta.dirname, 'consumer.ts')],
        log: join(this.logs, `consumer-${index}.log`),
        message: (said) => options.said(FromConsumer.parse(said)),
        died: (how) => options.died(`consumer ${index}`, how),
      });
    });
  }

  /** Everything is up, and each consumer's VM runs. */
  async start(): Promise<void> {
    await this.hub.start();
    const url = `http://127.0.0.1:${this.#port}`;
    this.providerLine = await LineProxy.open(this.#port);
    const auth = openLocalAuth(this.folder, url);
    const { userId } = await auth.owner();
    this.token = await auth.bearerToken(userId);
    await joinHub({
      agentDir: this.#agentDir,
      hub: this.providerLine.origin,
      token: await auth.joinToken(userId),
      runtime: 'process',
      socketPath: DEFAULT_SOCKET,
    });
    await auth.close();
    await this.tunnel.start();
    const unicore = createUniCore({ url, getToken: () => this.token });
    for (const consumer of this.consumers) {
      this.consumerLines.push(await LineProxy.open(this.#port));
      this.vmIds.push(await runningVm(unicore));
      await consumer.start();
    }
    unicore.close();
  }

  /** A line in a log of our own, with the time as in the others. */
  note(line: string): void {
    appendFileSync(join(this.logs, 'chaos.log'), `${Date.now()} ${line}\n`);
  }

  tell(consumer: number, message: ToConsumer): void {
    this.consumers[consumer]!.send(message);
  }

  /** Ends every process; the folder with the logs stays if somebody may want to read them. */
  async close({ keepLogs }: { keepLogs: boolean }): Promise<void> {
    for (const line of this.consumerLines) line.close();
    await Promise.all(this.consumers.map((consumer) => consumer.kill()));
    await this.tunnel.stop();
    await stopKeeper({ agentDir: this.#agentDir });
    await this.hub.stop();
    this.providerLine?.close();
    if (!keepLogs) rmSync(this.folder, { recursive: true, force: true });
  }

  #listens(said: unknown): boolean {
    const listening = Listening.safeParse(said);
    if (listening.success) this.#port = listening.data.port;
    return listening.success;
  }
}
