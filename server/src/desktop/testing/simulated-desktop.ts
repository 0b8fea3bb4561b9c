/**
 * A desktop's container in simulated time. It connects to a hub as the real one does: it registers its key with its
 * boot token, reports its phases, and exits when the hub does not want it any more.
 */
import { UniCoreError } from '@unicore/protocol';
import { DesktopOrder, type DesktopPhase, type DesktopRef } from '@unicore/protocol/control';
import type { Random, SimClock } from '@unicore/protocol/sim';
import type { Container, ContainerSpec } from '../../cloud-run/testing/index.ts';
import type { TestDomain } from '../../testing/domain.ts';

/** Pause before connecting to a hub again, ms. */
const DIAL_MS = 10_000;
const PHASES = ['booting', 'painting', 'running'] as const;

export interface SimulatedDesktopOptions {
  clock: SimClock;
  random: Random;
  hubs: () => readonly TestDomain[];
  /** Called when Cloud Run tells the container to end. */
  terminated?(desktop: SimulatedDesktop): void;
}

let keys = 0;

export class SimulatedDesktop implements Container {
  readonly ref: DesktopRef;
  readonly exited: Promise<number>;
  /** True while a hub accepts this container as the desktop. */
  registered = false;
  readonly #options: SimulatedDesktopOptions;
  readonly #spec: ContainerSpec;
  readonly #key = String(++keys).padStart(43, 'k');
  #exit: (code: number) => void = () => {};
  #over = false;
  #resumed: (() => void)[] | undefined;
  #startedAt = 0;

  constructor(spec: ContainerSpec, options: SimulatedDesktopOptions) {
    this.#spec = spec;
    this.#options = options;
    this.ref = DesktopOrder.parse(JSON.parse(spec.env.UNICORE_ORDER ?? ''));
    this.exited = new Promise((resolve) => {
      this.#exit = (code) => {
        this.#over = true;
        this.registered = false;
        resolve(code);
      };
    });
    this.#startedAt = options.clock.now();
    void this.#run();
  }

  pause(): void {
    this.#resumed ??= [];
  }

  resume(): void {
    const waiting = this.#resumed ?? [];
    this.#resumed = undefined;
    for (const go of waiting) go();
  }

  signal(signal: 'SIGTERM' | 'SIGTSTP' | 'SIGCONT'): void {
    const { random, terminated } = this.#options;
    if (signal !== 'SIGTERM') return;
    terminated?.(this);
    // Some containers do not react to SIGTERM and have to be killed.
    if (random.chance(0.8)) void this.#pause(10, 8_000).then(() => this.#exit(0));
  }

  kill(): void {
    this.#exit(137);
  }

  /** Registers this key at a hub with the container's boot token. */
  async boot(hub: TestDomain, x = this.#key): Promise<string> {
    const { sessionId, attempt } = this.ref;
    const bootToken = this.#spec.env.UNICORE_BOOT_TOKEN ?? '';
    const publicKey = { kty: 'OKP', crv: 'Ed25519', x } as const;
    return (await hub.desktopBoot.boot({ sessionId, attempt, bootToken, publicKey })).providerId;
  }

  async #run(): Promise<void> {
    try {
      await this.#pause(500, 8_000);
      const providerId = await this.boot(this.#hub());
      this.registered = !this.#over;
      for (const phase of PHASES) {
        await this.#report(providerId, phase);
        await this.#pause(200, 5_000);
      }
      while (!this.#over) {
        await this.#hub().desktopBoot.check(providerId);
        const orders = await this.#hub().desktopReports.orders(providerId, []);
        if (orders.some(({ desired }) => desired === 'ended')) {
          await this.#report(providerId, 'ending');
          await this.#pause(100, 4_000);
          await this.#report(providerId, 'ended');
          break;
        }
        await this.#report(providerId, 'running');
        await this.#pause(DIAL_MS, DIAL_MS);
      }
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
    }
    this.#exit(0);
  }

  async #report(providerId: string, phase: DesktopPhase): Promise<void> {
    if (this.#over) return;
    const use = { ms: this.#options.clock.now() - this.#startedAt, sentBytes: 1_000 };
    const seen = { sessionId: this.ref.sessionId, attempt: this.ref.attempt, phase, isolation: null, use };
    const desktops = [{ ...seen, code: null, reason: null }];
    await this.#hub().desktopReports.take(providerId, { whole: true, desktops });
  }

  #hub(): TestDomain {
    return this.#options.random.pick(this.#options.hubs());
  }

  async #pause(from: number, to: number): Promise<void> {
    const { clock, random } = this.#options;
    await new Promise<void>((done) => clock.after(random.scaled(from, to), done));
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#resumed) this.#resumed.push(resolve);
    else resolve();
    await promise;
  }
}
