/**
 * Tracks which providers are reachable and what they report. The hub that has a provider's socket writes this
 * data to the backplane, which all hubs share, every RENEW_MS. Other hubs read the data when needed. A
 * provider counts as unreachable (suspect) when no hub has heard it for SILENT_MS. A closed socket alone is
 * not enough, because the agent may reconnect.
 */
import type { Clock } from '@unicore/protocol';
import { AgentHello, type BeatMeta } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type Backplane, PRESENCE_MS, RENEW_MS } from '../backplane/index.ts';
import { GRACE_MS, type GracePeriod, SILENT_MS } from './grace-period.ts';

/** How often a hub checks whether it must announce one of its providers again, ms. */
const TICK_MS = 1_000;
/** A limit above any real number of providers, for backplane calls that require a limit. */
const ALL = 100_000;
/**
 * Name of the backplane's set of deadlines, one for each provider. A provider whose deadline has expired may
 * be silent.
 */
export const SILENT = 'silent';

/**
 * A provider is quiet after one and a half heartbeat intervals, ms. An idle agent sends only one heartbeat
 * (BEAT) every 5 s.
 */
const QUIET_MS = 7_500;

/**
 * `up`: connected and recently heard. `quiet`: connected, but not heard for QUIET_MS. `down`: the socket is
 * closed.
 */
const Link = z.enum(['up', 'quiet', 'down']);
const About = AgentHello.pick({
  version: true,
  isolation: true,
  beat: true,
  desktops: true,
}).extend({
  /** A desktop is no machine that takes VMs, and has no presence. */
  runtime: z.enum(['docker', 'process']),
  /** Region of the hub that the provider is connected to. Hubs of older versions do not write this field. */
  region: z.string().nullable().default(null),
});
/** The data that an agent last reported about itself, and the region of its hub. */
export type About = z.infer<typeof About>;
const Said = z.object({ link: Link, about: About });

/** What the hubs together know about one provider. */
export interface Sight {
  /** True if no hub has heard the provider for SILENT_MS and no grace period is active. */
  suspect: boolean;
  /** True if a hub has the provider's socket and has heard the provider within SILENT_MS. */
  up: boolean;
  /** The data that the provider last reported. Undefined if the backplane has no record of the provider. */
  about: About | undefined;
  /** Time since the provider was last heard, ms. Undefined if the time is unknown. */
  silentMs: number | undefined;
}

/** State of a provider that is connected to this hub, or was connected until a moment ago. */
interface Here {
  about: About;
  heardAt: number;
  connected: boolean;
  /**
   * The state that was last written to the backplane. Undefined if nothing was written, or if the backplane
   * may have lost the data.
   */
  said: z.infer<typeof Link> | undefined;
  saidAt: number;
  /** The write to the backplane that is in progress, if any. */
  saying: Promise<void> | undefined;
}

export interface PresenceDeps {
  /** Region of this hub. */
  region: string | null;
  backplane: Backplane;
  clock: Clock;
  grace: GracePeriod;
  log: Logger;
}

/**
 * Called when a provider has connected, or is heard again after a silence. `wasSilent` is true if clients saw
 * the provider as unreachable before.
 */
type ArrivalListener = (providerId: string, about: About, wasSilent: boolean) => void;

export class Presence {
  readonly #deps: PresenceDeps;
  readonly #here = new Map<string, Here>();
  #arrived: ArrivalListener = () => {};
  #cancel: () => void = () => {};

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  /** Sets the listener for arrivals of providers. Must be called before the first provider connects. */
  onArrived(listener: ArrivalListener): void {
    this.#arrived = listener;
  }

  start(): void {
    this.#deps.grace.begin(SILENT_MS);
    this.#tick();
  }

  stop(): void {
    this.#cancel();
  }

  // ---- socket events

  connected(providerId: string, hello: AgentHello): void {
    const about = About.parse({ ...hello, region: this.#deps.region });
    const heardAt = this.#deps.clock.now();
    const here: Here = { about, heardAt, connected: true, said: undefined, saidAt: 0, saying: undefined };
    this.#here.set(providerId, here);
    this.#work(this.#arrive(providerId, here));
  }

  disconnected(providerId: string): void {
    const here = this.#here.get(providerId);
    if (!here) return;
    here.connected = false;
    this.#work(this.#leave(providerId, here));
  }

  /**
   * Called when the provider has connected to another hub. From then on the other hub announces the provider.
   */
  moved(providerId: string): void {
    this.#here.delete(providerId);
  }

  /**
   * Records that the provider is alive. Called for every message of the provider, so this function must be
   * cheap.
   */
  heard(providerId: string): void {
    const here = this.#here.get(providerId);
    if (!here) return;
    const now = this.#deps.clock.now();
    const silentMs = now - here.heardAt;
    here.heardAt = now;
    if (silentMs >= QUIET_MS) this.#work(this.#return(providerId, here, silentMs >= SILENT_MS));
  }

  beat(providerId: string, beat: BeatMeta): void {
    const here = this.#here.get(providerId);
    if (here) here.about = { ...here.about, beat };
  }

  /** Called when the backplane may have lost its data. Announces all providers of this hub again. */
  interrupted(): void {
    this.#deps.grace.begin(GRACE_MS);
    for (const here of this.#here.values()) here.said = undefined;
    this.#sayDue();
  }

  // ---- reads

  /** Returns what the hubs know about each of these providers. */
  async look(providerIds: readonly string[]): Promise<Map<string, Sight>> {
    const { backplane, grace } = this.#deps;
    const ids = [...new Set(providerIds)];
    const known = ids.length === 0 ? new Map() : await grace.ask(() => backplane.presence.look(ids));
    if (!known) return new Map(ids.map((id) => [id, this.#sightHere(id)]));
    const missingIsSuspect = ids.length > known.size && !(await grace.ofMissing());
    return new Map(
      ids.map((id) => {
        const found = known.get(id);
        return [id, found ? this.#sightOf(found) : { ...UNKNOWN, suspect: missingIsSuspect }];
      }),
    );
  }

  async lookAt(providerId: string): Promise<Sight> {
    return (await this.look([providerId])).get(providerId)!;
  }

  /** Returns what the provider last reported about itself. Undefined if no record is left. */
  async hello(providerId: string): Promise<About | undefined> {
    return (await this.lookAt(providerId)).about;
  }

  /**
   * Returns up to `count` random providers that are connected to any hub. While the backplane is unreachable,
   * it returns only providers of this hub.
   */
  async some(count: number): Promise<Map<string, About>> {
    const { backplane, grace } = this.#deps;
    const ids = await grace.ask(() => backplane.presence.some(count, SILENT_MS));
    const sights = await this.look(ids ?? [...this.#here.keys()]);
    return new Map([...sights].flatMap(([id, { up, about }]) => (up && about ? [[id, about]] : [])));
  }

  /** Returns all providers that were heard recently, including providers that have disconnected since. */
  async recent(): Promise<Map<string, Sight>> {
    const { backplane, grace } = this.#deps;
    const ids = await grace.ask(() => backplane.presence.some(ALL, PRESENCE_MS));
    return this.look(ids ?? [...this.#here.keys()]);
  }

  #sightOf({ about: text, silentMs }: { about: string; silentMs: number }): Sight {
    const { data } = Said.safeParse(JSON.parse(text));
    // A hub of another version may have written the provider's record. This hub then cannot read the record.
    if (!data) return { ...UNKNOWN, silentMs };
    const { link, about } = data;
    // The hub that wrote this record may have died. It may have heard the provider after it wrote the record.
    // Therefore a provider in state `up` counts as silent only after GRACE_MS, which is longer than
    // SILENT_MS.
    const limit = link === 'up' ? GRACE_MS : SILENT_MS;
    const suspect = silentMs >= limit && !this.#deps.grace.lasts;
    return { suspect, up: link !== 'down' && silentMs < SILENT_MS, about, silentMs };
  }

  #sightHere(providerId: string): Sight {
    const here = this.#here.get(providerId);
    if (!here) return UNKNOWN;
    const silentMs = this.#deps.clock.now() - here.heardAt;
    return { suspect: false, up: here.connected && silentMs < SILENT_MS, about: here.about, silentMs };
  }

  // ---- announcements

  #tick(): void {
    this.#sayDue();
    this.#cancel = this.#deps.clock.after(TICK_MS, () => this.#tick());
  }

  #sayDue(): void {
    const oldest = this.#deps.clock.now() - RENEW_MS;
    for (const [providerId, here] of this.#here) {
      const link = this.#linkOf(here);
      const isNews = link !== here.said || (here.heardAt > here.saidAt && here.saidAt <= oldest);
      if (isNews) this.#work(this.#say(providerId, here));
    }
  }

  async #arrive(providerId: string, here: Here): Promise<void> {
    const { suspect } = await this.lookAt(providerId);
    await this.#say(providerId, here);
    if (this.#here.get(providerId) === here) this.#arrived(providerId, here.about, suspect);
  }

  async #return(providerId: string, here: Here, wasSilent: boolean): Promise<void> {
    // The hub may still be writing the provider's old state `quiet` to the backplane. A second write cannot
    // start before that write has ended, so this function waits for its end. Otherwise the new state would
    // not be written.
    await here.saying;
    here.said = undefined;
    await this.#say(providerId, here);
    if (wasSilent) this.#arrived(providerId, here.about, true);
  }

  async #leave(providerId: string, here: Here): Promise<void> {
    const { silentMs = Number.POSITIVE_INFINITY } = await this.lookAt(providerId);
    // The provider may have reconnected to another hub before this hub noticed the closed socket. Then the
    // other hub announces the provider, and this hub must not announce it as down.
    const elsewhere = silentMs < this.#deps.clock.now() - here.heardAt;
    if (elsewhere && this.#here.get(providerId) === here) this.#here.delete(providerId);
    else await this.#say(providerId, here);
  }

  async #say(providerId: string, here: Here): Promise<void> {
    if (this.#here.get(providerId) !== here) return;
    here.saying ??= this.#sayNow(providerId, here).finally(() => {
      here.saying = undefined;
    });
    await here.saying;
  }

  async #sayNow(providerId: string, here: Here): Promise<void> {
    const { backplane, grace, clock } = this.#deps;
    const saidAt = clock.now();
    const silentMs = Math.round(saidAt - here.heardAt);
    const link = this.#linkOf(here);
    const text = JSON.stringify({ link, about: here.about } satisfies z.infer<typeof Said>);
    const done = await grace.ask(async () => {
      await backplane.presence.heard(providerId, text, silentMs);
      const limit = link === 'up' ? GRACE_MS : SILENT_MS;
      // At the provider's deadline, one hub checks when the provider was last heard (silence.ts). Heartbeats
      // do not change the deadline. If the provider is not silent, the hub that checks sets a later deadline.
      if (link !== here.said)
        await backplane.deadlines.set(SILENT, providerId, Math.max(0, limit - silentMs));
      return true;
    });
    if (!done) return;
    here.said = link;
    here.saidAt = saidAt;
    if (link === 'down' && this.#here.get(providerId) === here) this.#here.delete(providerId);
  }

  #linkOf({ connected, heardAt }: Here): z.infer<typeof Link> {
    if (!connected) return 'down';
    return this.#deps.clock.now() - heardAt >= QUIET_MS ? 'quiet' : 'up';
  }

  #work(work: Promise<void>): void {
    work.catch((error: unknown) => this.#deps.log.error({ err: error }, 'presence could not be written'));
  }
}

const UNKNOWN: Sight = { suspect: false, up: false, about: undefined, silentMs: undefined };
