/** Runs a whole hub as a separate process, as `npm start` does, and creates users and providers for a fuzz test. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Credentials, hubApi, makeKey } from '@unicore/agent/identity';
import { createUniCore, type UniCore } from '@unicore/client/sdk';
import { openLocalAuth } from '@unicore/server';
import { ROOT } from '../../lib/paths.ts';
import type { Memory } from '../run/memory.ts';

export interface User {
  userId: string;
  token: string;
  sdk: UniCore;
}

export class HubProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #output: () => string;
  readonly #sdks: UniCore[] = [];

  private constructor(child: ChildProcess, folder: string, url: string, output: () => string) {
    this.#child = child;
    this.#folder = folder;
    this.url = url;
    this.#output = output;
  }

  static async start(): Promise<HubProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'unicore-fuzz-'));
    const probe = new URL('./memory-probe.ts', import.meta.url).href;
    const options = ['--port', '0', '--data', folder, '--log-level', 'error'];
    const child = fork(join(ROOT, 'server/src/main.ts'), options, {
      execArgv: ['--disable-warning=ExperimentalWarning', '--import', probe],
      silent: true,
    });
    let output = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const ended = once(child, 'exit').then(() =>
      Promise.reject(new Error(`the hub did not start:\n${output}`)),
    );
    const [{ port }] = await Promise.race([once(child, 'message'), ended]);
    return new HubProcess(child, folder, `http://127.0.0.1:${port}`, () => output);
  }

  /** Throws if the hub has ended, or has written an error to its log. */
  check(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null)
      throw new Error(`the hub ended (${signalCode ?? exitCode}):\n${this.#output()}`);
    if (this.#output() !== '') throw new Error(`the hub wrote to its log:\n${this.#output()}`);
  }

  async memory(): Promise<Memory> {
    const answer = once(this.#child, 'message');
    this.#child.send('memory');
    return (await answer)[0].memory;
  }

  async user(name: string): Promise<User> {
    const auth = openLocalAuth(this.#folder, this.url);
    const { userId } = await auth.createUser(name);
    const token = await auth.bearerToken(userId);
    await auth.close();
    const sdk = createUniCore({ url: this.url, getToken: () => token });
    this.#sdks.push(sdk);
    return { userId, token, sdk };
  }

  /** Joins a provider of the owner to the hub. */
  async provider(name: string): Promise<Credentials> {
    const auth = openLocalAuth(this.#folder, this.url);
    const token = await auth.joinToken((await auth.owner()).userId);
    await auth.close();
    const key = await makeKey(this.#folder);
    const { providerId } = await hubApi(this.url).join({ token, publicKey: key.publicJwk, name });
    return new Credentials({ providerId, key, hub: hubApi, now: Date.now });
  }

  async stop(): Promise<void> {
    for (const sdk of this.#sdks) sdk.close();
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
    rmSync(this.#folder, { recursive: true });
  }
}
