/**
 * Which providers can be reached now, and what they say of themselves. The hub that has a provider's socket says so to all
 * hubs every RENEW_MS; the others look it up when they need it. Silence is what counts, not a closed socket: a provider is
 * suspect when no hub has heard it for SILENT_MS.
 */
import type { Clock } from '@unicore/protocol';
import { AgentHello, type BeatMeta } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type Backplane, PRESENCE_MS, RENEW_MS } from '../backplane/index.ts';
import { GRACE_MS, type GracePeriod, SILENT_MS } from './grace-period.ts';

/** How often a hub looks whether something is to be said of its providers. */
const TICK_MS = 1_000;
/** More than there are; the backplane wants a number. */
const ALL = 100_000;
/** The set of deadlines by which silence is noticed. */
export const SILENT = 'silent';

/** An idle agent is heard by its BEATs only, one every 5 s. */
const QUIET_MS = 7_500;

/** up: heard here all the time. quiet: connected, but not heard for QUIET_MS. down: its socket closed. */
const Link = z.enum(['up', 'quiet', 'down']);
const About = AgentHello.pick({ version: true, runtime: true, isolation: true, beat: true }).extend({
  /** Of the hub that it is connected to; hubs of older versions say none. */
  region: z.string().nullable().default(null),
});
/** What an agent last said of itself, and where it is. */
export type About = z.infer<typeof About>;
const Said = z.object({ link: Link, about: About });

/** What all hubs know of one provider. */
export interface Sight {
  /** Not heard by any hub for SILENT_MS, without a doubt. */
  suspect: boolean;
  /** A hub has its socket, and heard it within SILENT_MS. */
  up: boolean;
  /** Undefined: not known now, and so are the others. */
  about: About | undefined;
  /** Since it was last heard. */
  silentMs: number | undefined;
}

/** A provider that is, or was until just now, connected to this hub. */
interface Here {
  about: About;
  heardAt: number;
  connected: boolean;
  /** What all hubs were told last; undefined: nothing yet, or it may be lost. */
  said: z.infer<typeof Link> | undefined;
  saidAt: number;
  /** Under way. */
  saying: Promise<void> | undefined;
}

export interface PresenceDeps {
  /** This hub's. */
  region: string | null;
  backplane: Backplane;
  clock: Clock;
  grace: GracePeriod;
  log: Logger;
}

/** A provider came, or was heard again on its old socket. wasSilent: it was suspect until now. */
type ArrivalListener = (providerId: string, about: About, wasSilent: boolean) => void;

export class Presence {
  readonly #deps: PresenceDeps;
  readonly #here = new Map<string, Here>();
  #arrived: ArrivalListener = () => {};
  #cancel: () => void = () => {};

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
  }

  /** Set before the first provider connects. */
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

  // ---- what happens at this hub's sockets

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

  /** It is connected to another hub now, which says what is to be said of it. */
  moved(providerId: string): void {
    this.#here.delete(providerId);
  }

  /** Called for every message. */
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

  /** What was said may be lost: says it all again. */
  interrupted(): void {
    this.#deps.grace.begin(GRACE_MS);
    for (const here of this.#here.values()) here.said = undefined;
    this.#sayDue();
  }

  // ---- what all hubs know

  /** One for each of these. */
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

  /** What it said of itself; undefined: nothing that is still known. */
  async hello(providerId: string): Promise<About | undefined> {
    return (await this.lookAt(providerId)).about;
  }

  /** So many providers, at random, of those that are up at any hub; those at this one where no other can be asked. */
  async some(count: number): Promise<Map<string, About>> {
    const { backplane, grace } = this.#deps;
    const ids = await grace.ask(() => backplane.presence.some(count, SILENT_MS));
    const sights = await this.look(ids ?? [...this.#here.keys()]);
    return new Map([...sights].flatMap(([id, { up, about }]) => (up && about ? [[id, about]] : [])));
  }

  /** Those that were heard lately, whether they are still up or not. */
  async recent(): Promise<Map<string, Sight>> {
    const { backplane, grace } = this.#deps;
    const ids = await grace.ask(() => backplane.presence.some(ALL, PRESENCE_MS));
    return this.look(ids ?? [...this.#here.keys()]);
  }

  #sightOf({ about: text, silentMs }: { about: string; silentMs: number }): Sight {
    const { data } = Said.safeParse(JSON.parse(text));
    // Said by a hub of another version, perhaps.
    if (!data) return { ...UNKNOWN, silentMs };
    const { link, about } = data;
    // A hub that died cannot say what it heard since it last spoke.
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

  // ---- saying it

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
    // That it is quiet, perhaps.
    await here.saying;
    here.said = undefined;
    await this.#say(providerId, here);
    if (wasSilent) this.#arrived(providerId, here.about, true);
  }

  async #leave(providerId: string, here: Here): Promise<void> {
    const { silentMs = Number.POSITIVE_INFINITY } = await this.lookAt(providerId);
    // It has come back before its old socket was known to be closed: what its new hub says counts.
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
      // Moved on by whoever finds that it was heard meanwhile: silence.ts.
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
    work.catch((error: unknown) => this.#deps.log.error({ err: error }, 'presence could not be told'));
  }
}

const UNKNOWN: Sight = { suspect: false, up: false, about: undefined, silentMs: undefined };
