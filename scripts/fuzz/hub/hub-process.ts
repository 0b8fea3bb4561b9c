/**
 * Part of the fuzz run: runs a whole hub in its own process, as `npm start` does, and creates users and
 * providers at this hub.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Credentials, hubApi, makeKey } from '@unicore/agent/identity';
import { createUniCore, type UniCore } from '@unicore/client/sdk';
import { openLocalAuth } from '@unicore/server';
import { Hub } from '../../testing/processes/hub-program.ts';
import { Programs } from '../../testing/processes/programs.ts';
import type { Memory } from '../run/memory.ts';

/**
 * URL of a script that reports the hub's memory. Node loads it into the hub's process before the hub's own
 * code.
 */
const PROBE = new URL('./memory-probe.ts', import.meta.url).href;

export interface User {
  userId: string;
  token: string;
  sdk: UniCore;
}

export class HubProcess {
  readonly #programs = new Programs((what, how) => {
    this.#died = `the ${what} ${how}`;
  });
  readonly #hub: Hub;
  readonly #sdks: UniCore[] = [];
  #died: string | undefined;
  #remembered: (memory: Memory) => void = () => {};

  private constructor() {
    this.#hub = new Hub(this.#programs, 'hub', ['--log-level', 'error'], {
      NODE_OPTIONS: `--import ${PROBE}`,
    });
    this.#hub.program.heard = (message) => {
      if (isMemory(message)) this.#remembered(message.memory);
    };
  }

  static async start(): Promise<HubProcess> {
    const made = new HubProcess();
    await made.#hub.program.start();
    return made;
  }

  get url(): string {
    return this.#hub.url;
  }

  /** Throws if the hub has ended or has logged an error. */
  check(): void {
    const log = readFileSync(join(this.#programs.logs, 'hub.log'), 'utf8');
    if (this.#died !== undefined) throw new Error(`${this.#died}:\n${log}`);
    if (log !== '') throw new Error(`the hub wrote to its log:\n${log}`);
  }

  memory(): Promise<Memory> {
    return new Promise((resolve) => {
      this.#remembered = resolve;
      this.#hub.program.send({ type: 'memory' });
    });
  }

  async user(name: string): Promise<User> {
    const auth = openLocalAuth(this.#programs.folder, this.url);
    const { userId } = await auth.createUser(name);
    const token = await auth.bearerToken(userId);
    await auth.close();
    const sdk = createUniCore({ url: this.url, getToken: () => token });
    this.#sdks.push(sdk);
    return { userId, token, sdk };
  }

  /**
   * Registers a provider that belongs to the user who owns the hub. Resolves with the provider's credentials.
   */
  async provider(name: string): Promise<Credentials> {
    const auth = openLocalAuth(this.#programs.folder, this.url);
    const token = await auth.joinToken((await auth.owner()).userId);
    await auth.close();
    const key = await makeKey(this.#programs.folder);
    const { providerId } = await hubApi(this.url).join({ token, publicKey: key.publicJwk, name });
    return new Credentials({ providerId, key, hub: hubApi, now: Date.now });
  }

  async stop(): Promise<void> {
    for (const sdk of this.#sdks) sdk.close();
    await this.#hub.program.stop();
    await this.#programs.close({ keepLogs: false });
  }
}

function isMemory(message: unknown): message is { memory: Memory } {
  return typeof message === 'object' && message !== null && 'memory' in message;
}
