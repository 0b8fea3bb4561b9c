/**
 * Part of the fuzz run: runs a hub that hostile peers attack while two honest peers use it. The honest user
 * Bob types in a terminal, and his honest provider echoes each key. The hostile user Mallory and the hostile
 * provider `bad` connect and leave again. They must not disturb the honest peers.
 */

import type { Credentials } from '@unicore/agent/identity';
import { systemClock } from '@unicore/protocol';
import { Random } from '@unicore/protocol/sim';
import { CheckedStream } from '../peers/checked-stream.ts';
import { Consumer } from '../peers/fuzz-consumer.ts';
import { Provider } from '../peers/fuzz-provider.ts';
import type { Tamper } from '../session/line.ts';
import { HubProcess, type User } from './hub-process.ts';
import { dial } from './real-socket.ts';

/**
 * If the echo of a key of the honest user takes longer than this, the honest user counts as disturbed, ms.
 * The limit is high because the machine may be busy.
 */
const MOST_ECHO_MS = 5_000;
const BETWEEN_KEYS_MS = 10;
/**
 * Time limit for a VM to start, ms. The test provider starts no real VM, and only reports that the VM runs.
 */
const STARTED_MS = 5_000;
/** The honest user Bob sends a known sequence of bytes, and his provider echoes the same sequence. */
const ECHO = { sends: 1, gets: 1 };
const NOT_CHECKED = { sends: 0, gets: undefined };

interface Parties {
  hub: HubProcess;
  mallory: User;
  bad: Credentials;
  vms: { good: string; bad: string };
}

export class AttackedHub implements Parties {
  readonly hub: HubProcess;
  readonly mallory: User;
  readonly bad: Credentials;
  /**
   * VMs of the hostile user Mallory: `good` is on the honest provider, and `bad` is on the hostile provider.
   */
  readonly vms: Parties['vms'];
  /** Called with each message that an honest peer (the user Bob or his provider) sends to the hub. */
  listen: (message: Uint8Array) => void = () => {};
  #defect: Error | undefined;
  /** When the honest user Bob typed his last key, ms of performance.now(). */
  #pressedAt = 0;
  #typing = true;
  readonly #good: Provider;
  readonly #bob: Consumer;

  private constructor(parties: Parties, bob: User, good: Credentials) {
    this.hub = parties.hub;
    this.mallory = parties.mallory;
    this.bad = parties.bad;
    this.vms = parties.vms;
    const common = {
      clock: systemClock,
      closed: (code: string) =>
        this.#noticed(new Error(`a socket of the honest pair was closed with ${code}`)),
      channelClosed: (code: string) => this.#noticed(new Error(`a channel was closed with ${code}`)),
      defect: (error: Error) => this.#noticed(error),
    };
    const tap: Tamper = (message) => {
      this.listen(message);
      return [{ message }];
    };
    this.#good = new Provider({
      ...common,
      token: () => good.token(this.hub.url),
      connect: () => dial(socketUrl(this.hub, '/provider'), tap),
      stream: (user, _terminalId, closed) => {
        const sequences = user === bob.userId ? ECHO : NOT_CHECKED;
        const stream: CheckedStream = new CheckedStream({
          ...sequences,
          heard: (bytes) => stream.say(bytes),
          closed,
        });
        return stream;
      },
      channelClosed() {},
    });
    this.#bob = new Consumer({
      ...common,
      random: new Random(Date.now()),
      token: bob.token,
      connect: () => dial(socketUrl(this.hub, '/consumer'), tap),
    });
  }

  static async open(): Promise<AttackedHub> {
    const hub = await HubProcess.start();
    const [bob, mallory] = [await hub.user('bob'), await hub.user('mallory')];
    const [good, bad] = [await hub.provider('good'), await hub.provider('bad')];
    const vms = { good: '', bad: '' };
    const attacked = new AttackedHub({ hub, mallory, bad, vms }, bob, good);
    vms.good = await runningVm(mallory);
    await attacked.#type(await runningVm(bob));
    vms.bad = await runningVmOn(bad, hub, mallory);
    return attacked;
  }

  /**
   * Throws if the honest user and provider were disturbed, or if the hub process ended or logged an error.
   */
  check(): void {
    this.hub.check();
    const waits = performance.now() - this.#pressedAt;
    if (waits > MOST_ECHO_MS) throw new Error(`the echo of a key has not come for ${Math.round(waits)} ms`);
    if (this.#defect) throw this.#defect;
  }

  async close(): Promise<void> {
    this.#typing = false;
    this.#bob.stop();
    this.#good.peer.stop();
    await this.hub.stop();
  }

  /**
   * Lets the honest user Bob type one key after the other until close() is called. Resolves at the first
   * echo.
   */
  async #type(vmId: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const press = () => {
      this.#pressedAt = performance.now();
      stream.say(1);
    };
    const heard = () => {
      const took = performance.now() - this.#pressedAt;
      if (took > MOST_ECHO_MS) this.#noticed(new Error(`the echo of a key took ${Math.round(took)} ms`));
      resolve();
      if (this.#typing) setTimeout(press, BETWEEN_KEYS_MS);
    };
    const stream = this.#bob.open({ vmId }, { ...ECHO, heard });
    press();
    await promise;
  }

  #noticed(error: Error): void {
    if (this.#typing) this.#defect ??= error;
  }
}

export function socketUrl(hub: HubProcess, path: string): string {
  return new URL(path, hub.url.replace(/^http/, 'ws')).href;
}

/**
 * Creates VMs of this user until the hub has placed one of them on this provider. Resolves with the id of
 * this VM.
 */
async function runningVmOn(provider: Credentials, hub: HubProcess, user: User): Promise<string> {
  const there = new Provider({
    clock: systemClock,
    token: () => provider.token(hub.url),
    connect: () => dial(socketUrl(hub, '/provider')),
    stream: (_user, _terminalId, closed) => new CheckedStream({ ...NOT_CHECKED, closed }),
    closed() {},
    channelClosed() {},
    defect() {},
  });
  for (;;) {
    const vmId = await runningVm(user);
    if (!there.vms.has(vmId)) continue;
    there.peer.stop();
    return vmId;
  }
}

async function runningVm({ sdk }: User): Promise<string> {
  const { vmId } = await sdk.api.vm.create.mutate({ size: 'small' });
  const until = performance.now() + STARTED_MS;
  while (performance.now() < until) {
    if ((await sdk.api.vm.get.query({ vmId })).state === 'running') return vmId;
    await new Promise((done) => setTimeout(done, 50));
  }
  const { state, reason } = await sdk.api.vm.get.query({ vmId });
  throw new Error(`a machine did not start: it is ${state}, ${reason}`);
}
