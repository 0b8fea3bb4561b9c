/**
 * Joins consumers and providers. It knows legs, never sockets: an OPEN is judged here once, and from then on frames pass
 * through the two ports of a hop (protocol/src/join.ts), which changes the channel's number and nothing else.
 */
import {
  Budget,
  ChannelKind,
  ERRORS,
  type ErrorCode,
  type FrameOf,
  type FrameType,
  type Leg,
  UniCoreError,
  unpackMeta,
} from '@unicore/protocol';
import { TerminalOpen } from '../control/contract.ts';
import { RelayChannel } from './channel.ts';
import { Consumer, MAX_CHANNELS } from './consumer.ts';
import type { Identity, RelayDeps } from './deps.ts';
import { parse } from './parse.ts';
import { Routes } from './routes.ts';

/** An OPEN costs no credit, so it is kept small. */
const MAX_OPEN_META = 1024;
/** A channel that comes back is kept waiting so long for its provider, which may be on its way back, too. */
const RETURN_MS = 5_000;
/** By then a user's rates are whole again: whoever reconnects sooner has not won new ones. */
const FORGET_MS = 10_000;

type Open = FrameOf<typeof FrameType.OPEN>;

export class Relay {
  readonly routes: Routes;
  readonly #deps: RelayDeps;
  readonly #consumers = new Map<string, Consumer>();
  readonly #legs = new Map<Leg, Consumer>();
  readonly #waiting: Budget;

  constructor(deps: RelayDeps) {
    this.#deps = deps;
    this.routes = new Routes(deps.clock);
    this.#waiting = new Budget(deps.queueBytes);
  }

  // ---- for whoever owns a consumer's leg

  /** The leg is up and belongs to this user; leave() when it closed. */
  enter(leg: Leg, identity: Identity): void {
    let consumer = this.#consumers.get(identity.userId);
    if (!consumer) {
      consumer = new Consumer(this.#deps.clock, this.#waiting);
      this.#consumers.set(identity.userId, consumer);
    }
    consumer.legs.set(leg, identity);
    this.#legs.set(leg, consumer);
  }

  leave(leg: Leg): void {
    const consumer = this.#legs.get(leg);
    const identity = consumer?.legs.get(leg);
    if (!consumer || !identity) return;
    this.#legs.delete(leg);
    consumer.legs.delete(leg);
    if (consumer.legs.size === 0) this.#forgetLater(identity.userId, consumer);
  }

  /** An OPEN arrived. One that repeats another is answered when that one is. */
  open(leg: Leg, open: Open): void {
    const consumer = this.#legs.get(leg);
    const identity = consumer?.legs.get(leg);
    if (!consumer || !identity || leg.portOf(open.ch)) return;
    const channel = new RelayChannel({
      leg,
      open,
      identity,
      meter: this.#deps.meter,
      waiting: consumer.waiting,
      overhead: consumer.overhead,
      overheadBack: consumer.overheadBack,
      ended: (over) => {
        consumer.channels.delete(over);
        if (over.providerId !== undefined) this.#deps.log.info(over.ids, 'channel closed');
      },
    });
    consumer.channels.add(channel);
    void this.#route(consumer, channel, open);
  }

  // ---- for the rest of the hub

  /** Ends every channel to this VM: it stopped, was deleted, or moved. */
  closeVm(vmId: string, code: ErrorCode, message: string): void {
    for (const { channels } of this.#consumers.values()) {
      for (const channel of [...channels]) if (channel.vmId === vmId) channel.close(code, message);
    }
  }

  /** Closes the sockets that came by this session: it signed out or its token was revoked. */
  closeSession(sessionId: string, code: ErrorCode, message: string): void {
    for (const { legs } of this.#consumers.values()) {
      for (const [leg, identity] of [...legs]) if (identity.sessionId === sessionId) leg.close(code, message);
    }
  }

  /** Closes every socket of this user. */
  closeUser(userId: string, code: ErrorCode, message: string): void {
    for (const leg of [...(this.#consumers.get(userId)?.legs.keys() ?? [])]) leg.close(code, message);
  }

  /** Closes the provider's sockets: it was revoked. */
  closeProvider(providerId: string, code: ErrorCode, message: string): void {
    this.routes.close(providerId, code, message);
  }

  // ---- inside

  #forgetLater(userId: string, consumer: Consumer): void {
    this.#deps.clock.after(FORGET_MS, () => {
      const gone = consumer.legs.size === 0 && this.#consumers.get(userId) === consumer;
      if (gone) this.#consumers.delete(userId);
    });
  }

  async #route(consumer: Consumer, channel: RelayChannel, open: Open): Promise<void> {
    try {
      if (!consumer.opens.take()) throw new UniCoreError('RATE_LIMITED', 'Too many channels opened at once.');
      if (open.kind !== ChannelKind.terminal) {
        throw new UniCoreError(
          'KIND_UNKNOWN',
          `This hub has no channels of kind ${open.kind} for consumers.`,
        );
      }
      if (open.meta.length > MAX_OPEN_META) {
        throw new UniCoreError(
          'BAD_REQUEST',
          `OPEN: meta has ${open.meta.length} bytes, at most ${MAX_OPEN_META} are read.`,
        );
      }
      const asked = parse(TerminalOpen, unpackMeta(open.meta), 'OPEN');
      channel.vmId = asked.vmId;
      const { providerId, gen, rights } = await this.#deps.authorise(channel.identity, asked.vmId);
      const provider = open.mustExist
        ? await this.routes.arrival(providerId, RETURN_MS)
        : this.routes.get(providerId);
      if (channel.over) return;
      if (consumer.isFullOn(providerId, channel.epoch)) {
        throw new UniCoreError(
          'TOO_MANY_CHANNELS',
          `You have ${MAX_CHANNELS} terminals open on this provider. Close one first.`,
        );
      }
      if (!provider?.up) throw new UniCoreError('PROVIDER_UNREACHABLE', 'The provider is not connected.');
      if (!open.mustExist && !consumer.joins.take())
        throw new UniCoreError('RATE_LIMITED', 'Too many channels opened at once.');
      // The last one may still be in use while the channel moves. Others are on sockets that died without a word.
      for (const lost of consumer.attachments(channel.epoch).slice(0, -1)) lost.detach();
      channel.join(provider, providerId, {
        user: channel.identity.userId,
        rights: asked.readOnly ? 'read' : rights,
        vmId: asked.vmId,
        gen,
        kind: 'terminal',
      });
      this.#deps.log.info(channel.ids, 'channel joined');
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
