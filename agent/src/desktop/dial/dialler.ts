/**
 * Connects the one desktop of a container on Cloud Run to its hub. The holder of the desktop is a process of its
 * own, so it keeps running if the dialler dies. The next dialler finds it again.
 */
import { createPrivateKey } from 'node:crypto';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { Backoff, type Clock, Nearest, systemClock, UniCoreError } from '@unicore/protocol';
import type { BeatMeta, DesktopObserved } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import pkg from '../../../package.json' with { type: 'json' };
import { serveDesktops } from '../../channels/index.ts';
import { desktopReporter } from '../../control/index.ts';
import { Credentials, hubApi, nextConnSeq, ProviderKey } from '../../identity/index.ts';
import { Tunnel, type TunnelState } from '../../tunnel/index.ts';
import { Desktops } from '../fleet/index.ts';
import { makeLauncher } from '../launch/index.ts';
import type { DiallerOrder } from './order.ts';

/** A desktop ends if it reaches no hub for this time, ms. */
const ALONE_MS = 90_000;
/** Time limit for the hub to receive the report of the desktop's end, ms. */
const REPORT_MS = 5_000;
const BOOT_RETRY = { first: 200, most: 5_000 };
/** With these errors, a hub says that it does not want this desktop any more. */
const UNWANTED = new Set<string>(['SUPERSEDED', 'REVOKED', 'UNAUTHENTICATED', 'BAD_REQUEST']);

export interface DiallerOptions {
  folder: string;
  log: Logger;
  /** Aborts when the container is stopped. */
  stop: AbortSignal;
  clock?: Clock;
  random?: () => number;
}

/** Resolves when the desktop has ended and the hub has received the report of its end. */
export async function runDialler(order: DiallerOrder, options: DiallerOptions): Promise<void> {
  const dialler = new Dialler(order, options);
  await dialler.run();
}

class Dialler {
  readonly #wish: DiallerOrder;
  readonly #options: Required<DiallerOptions>;
  readonly #key: ProviderKey;
  readonly #over = Promise.withResolvers<void>();
  #desktops: Desktops | undefined;
  #isOver = false;
  #isConnected = false;
  #cancelAlone: (() => void) | undefined;

  constructor(wish: DiallerOrder, options: DiallerOptions) {
    this.#wish = wish;
    this.#options = { clock: systemClock, random: Math.random, ...options };
    this.#key = new ProviderKey(createPrivateKey(wish.key));
  }

  async run(): Promise<void> {
    const { folder, log, stop, clock, random } = this.#options;
    const { order, ending, startedAt } = this.#wish;
    const desktops = await Desktops.load({
      agentDir: folder,
      launcher: makeLauncher({
        kind: 'process',
        agentDir: folder,
        providerId: '',
        socketPath: '',
        container: { startedAt },
      }),
      clock,
      random,
      log,
      changed: (seen) => {
        reports.changed(seen);
        this.#look(seen);
      },
    });
    const reports = desktopReporter({ clock, log, whole: () => desktops.observed() });
    this.#desktops = desktops;
    await desktops.start();
    const [known] = desktops.observed();
    if (known) this.#look(known);
    // No desktop runs yet, so the order from the environment is applied. If one runs, an earlier dialler may
    // have got newer orders from the hub.
    else await desktops.apply([order]);
    stop.addEventListener('abort', () => this.#end('its container is stopped'));
    if (ending || stop.aborted) this.#end('its container is stopped');
    this.#alone();
    const providerId = await this.#boot();
    const tunnel = providerId === undefined ? undefined : this.#tunnel(providerId, desktops, [reports]);
    tunnel?.start();
    await this.#over.promise;
    if (this.#isConnected) await this.#within(REPORT_MS, reports.settled());
    this.#cancelAlone?.();
    tunnel?.close();
    await desktops.close();
  }

  /** Registers the desktop's key at the hub. Returns undefined if the desktop ends before that. */
  async #boot(): Promise<string | undefined> {
    const { clock, random, log } = this.#options;
    const { hub, bootToken, order } = this.#wish;
    const { sessionId, attempt } = order;
    const backoff = new Backoff({ ...BOOT_RETRY, random });
    const publicKey = this.#key.publicJwk;
    while (!this.#isOver) {
      try {
        return (await hubApi(hub).boot({ sessionId, attempt, bootToken, publicKey })).providerId;
      } catch (error) {
        if (!(error instanceof UniCoreError)) throw error;
        log.warn({ code: error.code }, error.message);
        if (UNWANTED.has(error.code)) {
          this.#end(error.message);
          return undefined;
        }
        const pause = new Promise<void>((done) => clock.after(backoff.next(), done));
        await Promise.race([pause, this.#over.promise]);
      }
    }
    return undefined;
  }

  #tunnel(
    providerId: string,
    desktops: Desktops,
    reports: Parameters<typeof serveDesktops>[0]['reports'],
  ): Tunnel {
    const { folder, log, clock, random } = this.#options;
    const { hub, order } = this.#wish;
    return new Tunnel({
      nearest: Nearest.only(hub, clock),
      credentials: new Credentials({ providerId, key: this.#key, hub: hubApi, now: Date.now }),
      hello: async () => ({
        connSeq: await nextConnSeq(folder, Date.now()),
        version: pkg.version,
        name: order.sessionId,
        runtime: 'desktop',
        isolation: 'container',
        desktops: null,
        beat: beat(),
      }),
      beat: async () => beat(),
      session: serveDesktops({ desktops, reports, clock, log }),
      changed: (state) => this.#connection(state),
      clock,
      random,
      log,
    });
  }

  #connection(now: TunnelState): void {
    const wasConnected = this.#isConnected;
    this.#isConnected = now.state === 'connected';
    if (now.state === 'connected') {
      this.#cancelAlone?.();
      this.#cancelAlone = undefined;
      return;
    }
    const { error } = now;
    // SUPERSEDED may only mean that a newer connection of this dialler has replaced the lost one. If the
    // desktop itself was superseded, the hub refuses the next connection, too.
    const isUnwanted = error?.code === 'SUPERSEDED' && !wasConnected;
    if (now.state === 'revoked' || isUnwanted) this.#end(error?.message ?? '');
    else this.#alone();
  }

  #alone(): void {
    this.#cancelAlone ??= this.#options.clock.after(ALONE_MS, () =>
      this.#end(`no hub was reached for ${ALONE_MS / 1000} s`),
    );
  }

  #end(why: string): void {
    const { log } = this.#options;
    log.info({ why }, 'the desktop ends');
    this.#desktops
      ?.apply([{ ...this.#wish.order, desired: 'ended' }])
      .catch((error: unknown) => log.error({ err: error }, 'the desktop could not be ended'));
  }

  #look({ phase }: DesktopObserved): void {
    if (phase !== 'ended' && phase !== 'failed') return;
    this.#isOver = true;
    this.#over.resolve();
  }

  #within(ms: number, work: Promise<void>): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(ms, () => late.resolve());
    return Promise.race([work, late.promise]).finally(cancel);
  }
}

/** The hub does not use the load of a desktop, because no VMs are placed on it. */
function beat(): BeatMeta {
  return {
    cpu: 0,
    cores: availableParallelism(),
    memoryTotal: totalmem(),
    memoryFree: freemem(),
    diskTotal: 0,
    diskFree: 0,
    vms: 0,
  };
}
