/**
 * Joins consumers and providers. It knows legs, never sockets: an OPEN is judged here once, and from then on frames pass
 * through the two ports of a hop (protocol/src/hop/join.ts), which changes the channel's number and nothing else.
 */
import {
  ChannelKind,
  ERRORS,
  type ErrorCode,
  type FrameOf,
  type FrameType,
  type Leg,
  packMeta,
  UniCoreError,
  unpackMeta,
} from '@unicore/protocol';
import { ChannelAuth, Id, TerminalOpen } from '@unicore/protocol/control';
import { RelayChannel } from './channel.ts';
import { type Consumer, MAX_CHANNELS } from './consumer.ts';
import { Consumers } from './consumers.ts';
import type { Identity, RelayDeps } from './deps.ts';
import { parse } from './parse.ts';
import { Reach } from './reach.ts';
import { Routes } from './routes.ts';

/** An OPEN costs no credit, so it is kept small. */
const MAX_OPEN_META = 1024;
/** A channel that comes back is kept waiting so long for its provider, which may be on its way back, too. */
const RETURN_MS = 5_000;

type Open = FrameOf<typeof FrameType.OPEN>;

/** What one hub tells another in OPEN's auth: it has judged the channel already, and which provider is meant. */
const PassedOn = ChannelAuth.extend({ providerId: Id });

export class Relay {
  readonly routes: Routes;
  readonly #deps: RelayDeps;
  readonly #consumers: Consumers;
  readonly #reach: Reach;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
    this.routes = new Routes(deps.clock);
    this.#consumers = new Consumers(deps.clock, deps.queueBytes);
    this.#reach = new Reach(deps.clock, this.routes, deps.elsewhere);
  }

  // ---- for whoever owns a leg

  /** A consumer's leg is up and belongs to this user; leave() when it closed. */
  enter(leg: Leg, identity: Identity): void {
    this.#consumers.enter(leg, identity);
  }

  leave(leg: Leg): void {
    this.#consumers.leave(leg);
  }

  /** An OPEN arrived on a consumer's leg. One that repeats another is answered when that one is. */
  open(leg: Leg, open: Open): void {
    const at = this.#consumers.at(leg);
    if (!at || leg.portOf(open.ch)) return;
    const { clock, meter } = this.#deps;
    const openedAt = clock.now();
    const channel = this.#channel(leg, open, at.consumer, at.identity.userId);
    void this.#settle(channel, () => this.#route(at.consumer, channel, at.identity, open)).then(() => {
      if (open.mustExist) meter.resumed(clock.now() - openedAt, channel.providerId !== undefined);
    });
  }

  /** An OPEN that another hub has judged, for a provider that is connected here. */
  openFrom(leg: Leg, open: Open): void {
    if (leg.portOf(open.ch)) return;
    const { providerId, ...auth } = parse(PassedOn, unpackMeta(open.auth), 'OPEN.auth');
    const consumer = this.#consumers.of(auth.user);
    const channel = this.#channel(leg, open, consumer, auth.user);
    channel.vmId = auth.vmId;
    void this.#settle(channel, async () => {
      this.#join(consumer, channel, this.routes.get(providerId), providerId, packMeta(auth));
    });
  }

  /** A provider's leg is up. Throws SUPERSEDED if a newer connection of it is here; release() when it closed. */
  claim(providerId: string, connSeq: number, leg: Leg): void {
    this.routes.claim(providerId, connSeq, leg);
    this.#deps.elsewhere.came(providerId, connSeq);
  }

  /** Says whether the provider was reached by this leg until now. */
  release(providerId: string, leg: Leg): boolean {
    const gone = this.routes.release(providerId, leg);
    if (gone) this.#deps.elsewhere.went(providerId);
    return gone;
  }

  // ---- for the rest of the hub

  /** The leg by which this provider is reached; looked for again within so many ms. */
  reach(providerId: string, waitMs: number): Promise<Leg | undefined> {
    return this.#reach.leg(providerId, waitMs);
  }

  /** Ends every channel to this VM: it stopped, was deleted, or moved. */
  closeVm(vmId: string, code: ErrorCode, message: string): void {
    for (const { channels } of this.#consumers.all()) {
      for (const channel of [...channels]) if (channel.vmId === vmId) channel.close(code, message);
    }
  }

  /** Closes the sockets that came by this session: it signed out or its token was revoked. */
  closeSession(sessionId: string, code: ErrorCode, message: string): void {
    for (const { legs } of this.#consumers.all()) {
      for (const [leg, identity] of [...legs]) if (identity.sessionId === sessionId) leg.close(code, message);
    }
  }

  /** Closes every socket of this user. */
  closeUser(userId: string, code: ErrorCode, message: string): void {
    for (const leg of [...(this.#consumers.known(userId)?.legs.keys() ?? [])]) leg.close(code, message);
  }

  /** Closes the provider's sockets: it was revoked. */
  closeProvider(providerId: string, code: ErrorCode, message: string): void {
    this.routes.close(providerId, code, message);
  }

  /** Bytes that wait here, by the kind of peer that they are for: consumer, provider, hub or relay. */
  get waiting(): ReadonlyMap<string, number> {
    return this.#consumers.waiting;
  }

  // ---- inside

  #channel(leg: Leg, open: Open, consumer: Consumer, userId: string): RelayChannel {
    const channel = new RelayChannel({
      leg,
      open,
      userId,
      meter: this.#deps.meter,
      waiting: consumer.waiting,
      overhead: consumer.overhead,
      overheadBack: consumer.overheadBack,
      ended: (over) => {
        consumer.channels.delete(over);
        this.#consumers.settle(userId);
        if (over.providerId !== undefined) this.#deps.log.info(over.ids, 'channel closed');
      },
    });
    consumer.channels.add(channel);
    return channel;
  }

  async #route(consumer: Consumer, channel: RelayChannel, identity: Identity, open: Open): Promise<void> {
    if (!consumer.opens.take()) throw new UniCoreError('RATE_LIMITED', 'Too many channels opened at once.');
    if (open.kind !== ChannelKind.terminal) {
      throw new UniCoreError('KIND_UNKNOWN', `This hub has no channels of kind ${open.kind} for consumers.`);
    }
    if (open.meta.length > MAX_OPEN_META) {
      throw new UniCoreError(
        'BAD_REQUEST',
        `OPEN: meta has ${open.meta.length} bytes, at most ${MAX_OPEN_META} are read.`,
      );
    }
    const asked = parse(TerminalOpen, unpackMeta(open.meta), 'OPEN');
    channel.vmId = asked.vmId;
    const { providerId, gen, rights } = await this.#deps.authorise(identity, asked.vmId);
    const leg = await this.#reach.leg(providerId, open.mustExist ? RETURN_MS : 0);
    if (!open.mustExist && leg && !consumer.joins.take()) {
      throw new UniCoreError('RATE_LIMITED', 'Too many channels opened at once.');
    }
    const auth: ChannelAuth = {
      user: identity.userId,
      rights: asked.readOnly ? 'read' : rights,
      vmId: asked.vmId,
      gen,
      kind: 'terminal',
    };
    // The next hub has the provider's socket, and need not ask the store where this VM is.
    const passedOn = leg?.peer === 'hub' ? { ...auth, providerId } : auth;
    this.#join(consumer, channel, leg, providerId, packMeta(passedOn));
  }

  #join(
    consumer: Consumer,
    channel: RelayChannel,
    leg: Leg | undefined,
    providerId: string,
    auth: Uint8Array,
  ): void {
    if (channel.over) return;
    if (consumer.isFullOn(providerId, channel.epoch)) {
      throw new UniCoreError(
        'TOO_MANY_CHANNELS',
        `You have ${MAX_CHANNELS} terminals open on this provider. Close one first.`,
      );
    }
    if (!leg?.up) throw new UniCoreError('PROVIDER_UNREACHABLE', 'The provider is not connected.');
    // The last one may still be in use while the channel moves. Others are on sockets that died without a word.
    for (const lost of consumer.attachments(channel.epoch).slice(0, -1)) lost.detach();
    channel.join(leg, providerId, auth);
    this.#deps.log.info(channel.ids, 'channel joined');
  }

  /** A channel that can't be joined is refused. */
  async #settle(channel: RelayChannel, join: () => Promise<void>): Promise<void> {
    try {
      await join();
    } catch (error) {
      this.#refuse(channel, error);
    }
  }

  #refuse(channel: RelayChannel, error: unknown): void {
    const { log } = this.#deps;
    if (!(error instanceof UniCoreError)) {
      log.error({ ...channel.ids, err: error }, 'channel could not be judged');
      return channel.close('INTERNAL', 'The hub could not check this request. Try again.');
    }
    // What the opener tries again by itself would fill the log for as long as a provider is away.
    log[ERRORS[error.code].retry ? 'debug' : 'info']({ ...channel.ids, code: error.code }, 'channel refused');
    channel.close(error.code, error.message);
  }
}
