/**
 * Which providers are reachable, and what they report of themselves. The hub that has a provider's socket writes this to
 * the backplane every RENEW_MS; other hubs read it when they need it. Silence counts, not a closed socket: a provider is
 * suspect when no hub has heard it for SILENT_MS.
 */
import type { Clock } from '@unicore/protocol';
import { AgentHello, type BeatMeta } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type Backplane, PRESENCE_MS, RENEW_MS } from '../backplane/index.ts';
import { GRACE_MS, type GracePeriod, SILENT_MS } from './grace-period.ts';

/** How often a hub checks whether it must announce one of its providers. */
const TICK_MS = 1_000;
/** More providers than exist, for calls of the backplane that need a maximum. */
const ALL = 100_000;
/** Name of the set of deadlines by which silence is detected. */
export const SILENT = 'silent';

/** A provider is quiet after one and a half heartbeats; an idle agent sends only a BEAT every 5 s. */
const QUIET_MS = 7_500;

/** up: connected and heard. quiet: connected, but not heard for QUIET_MS. down: its socket closed. */
const Link = z.enum(['up', 'quiet', 'down']);
const About = AgentHello.pick({ version: true, runtime: true, isolation: true, beat: true }).extend({
  /** Region of the hub that it is connected to; hubs of older versions send none. */
  region: z.string().nullable().default(null),
});
/** What an agent last reported of itself, and its region. */
export type About = z.infer<typeof About>;
const Said = z.object({ link: Link, about: About });

/** What all hubs know of one provider. */
export interface Sight {
  /** The provider was not heard by any hub for SILENT_MS, and no grace period lasts. */
  suspect: boolean;
  /** A hub has the provider's socket, and has heard it within SILENT_MS. */
  up: boolean;
  /** What the provider reported; undefined: the backplane has no record of it. */
  about: About | undefined;
  /** Time since the provider was last heard, ms. */
  silentMs: number | undefined;
}

/** A provider that is, or was until a moment ago, connected to this hub. */
interface Here {
  about: About;
  heardAt: number;
  connected: boolean;
  /** The state that was last written to the backplane; undefined: none, or it may be lost. */
  said: z.infer<typeof Link> | undefined;
  saidAt: number;
  /** The write to the backplane that is in progress. */
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

/** A provider connected, or was heard again on its old socket. wasSilent: it was suspect until now. */
type ArrivalListener = (providerId: string, about: About, wasSilent: boolean) => void;

export class Presence {
  readonly #deps: PresenceDeps;
  readonly #here = new Map<string, Here>();
  #arrived: ArrivalListener = () => {};
  #cancel: () => void = () => {};

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  /** Calls the listener for each arrival of a provider. Set it before the first provider connects. */
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

  // ---- events at this hub's sockets

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

  /** The provider is connected to another hub now, which announces it from here on. */
  moved(providerId: string): void {
    this.#here.delete(providerId);
  }

  /** Called for every message of the provider, so it is cheap. */
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

  /** The backplane may have lost its data: announces all providers again. */
  interrupted(): void {
    this.#deps.grace.begin(GRACE_MS);
    for (const here of this.#here.values()) here.said = undefined;
    this.#sayDue();
  }

  // ---- reading what all hubs know

  /** What is known of each of these providers. */
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

  /** What the provider reported of itself; undefined: no record of it is left. */
  async hello(providerId: string): Promise<About | undefined> {
    return (await this.lookAt(providerId)).about;
  }

  /** Up to `count` random providers that are up at any hub; only those of this hub while the backplane is unreachable. */
  async some(count: number): Promise<Map<string, About>> {
    const { backplane, grace } = this.#deps;
    const ids = await grace.ask(() => backplane.presence.some(count, SILENT_MS));
    const sights = await this.look(ids ?? [...this.#here.keys()]);
    return new Map([...sights].flatMap(([id, { up, about }]) => (up && about ? [[id, about]] : [])));
  }

  /** Providers that were heard recently, whether they are still up or not. */
  async recent(): Promise<Map<string, Sight>> {
    const { backplane, grace } = this.#deps;
    const ids = await grace.ask(() => backplane.presence.some(ALL, PRESENCE_MS));
    return this.look(ids ?? [...this.#here.keys()]);
  }

  #sightOf({ about: text, silentMs }: { about: string; silentMs: number }): Sight {
    const { data } = Said.safeParse(JSON.parse(text));
    // The writer may be a hub of another version.
    if (!data) return { ...UNKNOWN, silentMs };
    const { link, about } = data;
    // A hub that has died may have heard the provider after it last wrote this.
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

  // ---- announcing providers to all hubs

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
    // The write in progress may announce that the provider is quiet.
    await here.saying;
    here.said = undefined;
    await this.#say(providerId, here);
    if (wasSilent) this.#arrived(providerId, here.about, true);
  }

  async #leave(providerId: string, here: Here): Promise<void> {
    const { silentMs = Number.POSITIVE_INFINITY } = await this.lookAt(providerId);
    // The provider may have reconnected before its old socket was found closed: then its new hub announces it.
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
      // The hub that finds the deadline due moves it on if the provider was heard meanwhile (silence.ts).
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
