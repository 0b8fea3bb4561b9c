/**
 * Connects consumers with providers. The relay authorises each OPEN frame once. After that it forwards the
 * channel's frames and changes only their channel number (protocol/src/hop/hop.ts).
 */
import {
  ERRORS,
  type ErrorCode,
  type FrameOf,
  type FrameType,
  type Leg,
  packMeta,
  UniCoreError,
  unpackMeta,
} from '@unicore/protocol';
import { ChannelAuth, Id } from '@unicore/protocol/control';
import { z } from 'zod';
import type { Identity, RelayDeps } from './deps.ts';
import { parse } from './parse.ts';
import { Reach } from './reach.ts';
import { RelayChannel } from './relay-channel.ts';
import { MAX_CHANNELS, type RelayUser } from './relay-user.ts';
import { RelayUsers } from './relay-users.ts';
import { Routes } from './routes.ts';
import { readWish } from './wish.ts';

/**
 * When a consumer resumes an existing channel and the provider is not connected, the hub waits this long for
 * the provider, ms. Often both have lost the same hub, and the provider is still reconnecting.
 */
const RETURN_MS = 5_000;

type Open = FrameOf<typeof FrameType.OPEN>;

/**
 * Schema of the `auth` field of an OPEN frame between hubs. The first hub has authorised the channel and
 * names the provider.
 */
const PassedOn = z.intersection(ChannelAuth, z.object({ providerId: Id }));

export class Relay {
  readonly routes: Routes;
  readonly #deps: RelayDeps;
  readonly #users: RelayUsers;
  readonly #reach: Reach;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
    this.routes = new Routes(deps.clock);
    this.#users = new RelayUsers(deps.clock, deps.queueBytes);
    this.#reach = new Reach(deps.clock, this.routes, deps.elsewhere);
  }

  // ---- for leg owners

  /**
   * Registers a consumer's connection for this user. The caller must call `leave()` when the connection has
   * closed.
   */
  enter(leg: Leg, identity: Identity): void {
    this.#users.enter(leg, identity);
  }

  leave(leg: Leg): void {
    this.#users.leave(leg);
  }

  /** Handles an OPEN from a consumer. A repeated OPEN is ignored while the first OPEN is being answered. */
  open(leg: Leg, open: Open): void {
    const at = this.#users.at(leg);
    if (!at || leg.portOf(open.ch)) return;
    const { clock, meter } = this.#deps;
    const openedAt = clock.now();
    const channel = this.#channel(leg, open, at.consumer, at.identity.userId);
    void this.#settle(channel, () => this.#route(at.consumer, channel, at.identity, open)).then(() => {
      if (open.mustExist) meter.resumed(clock.now() - openedAt, channel.providerId !== undefined);
    });
  }

  /** Handles an OPEN that another hub has authorised. The provider must be connected to this hub. */
  openFrom(leg: Leg, open: Open): void {
    if (leg.portOf(open.ch)) return;
    const { providerId, ...auth } = parse(PassedOn, unpackMeta(open.auth), 'OPEN.auth');
    const consumer = this.#users.of(auth.user);
    const channel = this.#channel(leg, open, consumer, auth.user);
    channel.target = auth.kind === 'terminal' ? auth.vmId : auth.sessionId;
    void this.#settle(channel, async () => {
      this.#join(consumer, channel, this.routes.get(providerId), providerId, packMeta(auth));
    });
  }

  /**
   * Registers a provider's connection. Throws SUPERSEDED if this hub has a newer connection of the same
   * provider. The caller must call `release()` when the connection has closed.
   */
  claim(providerId: string, connSeq: number, leg: Leg): void {
    this.routes.claim(providerId, connSeq, leg);
    this.#deps.elsewhere.came(providerId, connSeq);
  }

  /**
   * Called when a provider's connection has closed. Returns true if it was the provider's current connection.
   */
  release(providerId: string, leg: Leg): boolean {
    const gone = this.routes.release(providerId, leg);
    if (gone) this.#deps.elsewhere.went(providerId);
    return gone;
  }

  // ---- for the hub

  /**
   * Returns the connection through which a provider can be reached. Waits up to `waitMs` for the provider to
   * connect.
   */
  reach(providerId: string, waitMs: number): Promise<Leg | undefined> {
    return this.#reach.leg(providerId, waitMs);
  }

  /**
   * Closes every channel to this VM or desktop session. Called when it was stopped, deleted or moved. `message`
   * returns what a user is told.
   */
  closeTarget(target: string, code: ErrorCode, message: (userId: string) => string): void {
    for (const { channels } of this.#users.all()) {
      for (const channel of [...channels]) {
        if (channel.target === target) channel.close(code, message(channel.userId));
      }
    }
  }

  /** Closes the sockets of this session. Called when the user signed out or the token was revoked. */
  closeSession(sessionId: string, code: ErrorCode, message: string): void {
    for (const { legs } of this.#users.all()) {
      for (const [leg, identity] of [...legs]) if (identity.sessionId === sessionId) leg.close(code, message);
    }
  }

  /** Closes every socket of this user. */
  closeUser(userId: string, code: ErrorCode, message: string): void {
    for (const leg of [...(this.#users.known(userId)?.legs.keys() ?? [])]) leg.close(code, message);
  }

  /** Closes the sockets of this provider. Called when the provider was revoked. */
  closeProvider(providerId: string, code: ErrorCode, message: string): void {
    this.routes.close(providerId, code, message);
  }

  /**
   * Returns the number of bytes that wait in this hub, by kind of receiving peer: consumer, provider, hub or
   * relay.
   */
  get waiting(): ReadonlyMap<string, number> {
    return this.#users.waiting;
  }

  // ---- private

  #channel(leg: Leg, open: Open, consumer: RelayUser, userId: string): RelayChannel {
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
        this.#users.settle(userId);
        if (over.providerId !== undefined) this.#deps.log.info(over.ids, 'channel closed');
      },
    });
    consumer.channels.add(channel);
    return channel;
  }

  async #route(consumer: RelayUser, channel: RelayChannel, identity: Identity, open: Open): Promise<void> {
    if (!consumer.opens.take()) throw new UniCoreError('RATE_LIMITED', 'Too many channels opened at once.');
    const wish = readWish(open, identity, this.#deps);
    channel.target = wish.target;
    const { providerId, auth } = await wish.admit();
    const leg = await this.#reach.leg(providerId, open.mustExist ? RETURN_MS : 0);
    if (!open.mustExist && leg && !consumer.joins.take()) {
      throw new UniCoreError('RATE_LIMITED', 'Too many channels opened at once.');
    }
    // The other hub has the provider's socket. The OPEN names the provider, so the other hub need not look up
    // the VM or desktop in the store.
    const passedOn = leg?.peer === 'hub' ? { ...auth, providerId } : auth;
    this.#join(consumer, channel, leg, providerId, packMeta(passedOn));
  }

  #join(
    consumer: RelayUser,
    channel: RelayChannel,
    leg: Leg | undefined,
    providerId: string,
    auth: Uint8Array,
  ): void {
    if (channel.over) return;
    if (consumer.isFullOn(providerId, channel.epoch)) {
      throw new UniCoreError(
        'TOO_MANY_CHANNELS',
        `You have ${MAX_CHANNELS} channels open on this provider. Close one first.`,
      );
    }
    if (!leg?.up) throw new UniCoreError('PROVIDER_UNREACHABLE', 'The provider is not connected.');
    // A consumer that moves a channel to a new socket may still use the channel on the previous socket, so
    // that attachment is kept. All older attachments belong to sockets that died silently, so they are
    // detached.
    for (const lost of consumer.attachments(channel.epoch).slice(0, -1)) lost.detach();
    channel.join(leg, providerId, auth);
    this.#deps.log.info(channel.ids, 'channel joined');
  }

  /** Runs `join`, which connects the channel to its provider. If `join` fails, refuses the channel. */
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
      log.error({ ...channel.ids, err: error }, 'channel could not be authorised');
      return channel.close('INTERNAL', 'The hub could not check this request. Try again.');
    }
    // Errors that the consumer retries automatically are logged only at debug level. Otherwise they would
    // fill the log while a provider is offline.
    log[ERRORS[error.code].retry ? 'debug' : 'info']({ ...channel.ids, code: error.code }, 'channel refused');
    channel.close(error.code, error.message);
  }
}
