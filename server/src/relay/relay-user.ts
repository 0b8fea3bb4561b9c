/**
 * One user at the relay: the user's connections and channels. Some channels may come from other hubs. All
 * limits count per user.
 */
import { Budget, type Clock, type Leg } from '@unicore/protocol';
import { Rate } from '../rate.ts';
import type { Identity } from './deps.ts';
import type { RelayChannel } from './relay-channel.ts';

/** Maximum number of channels that one user may have on one provider. */
export const MAX_CHANNELS = 64;
/**
 * Maximum number of OPEN frames per second and user. A page that attaches all of its terminals again stays
 * far below this limit.
 */
const OPENS_PER_SECOND = 200;
/**
 * Limits on new channels per user: a burst size and a rate per second. Each new channel makes the provider
 * render a screen. The burst is large enough for all terminals of two pages.
 */
const JOINS_AT_ONCE = 128;
const JOINS_PER_SECOND = 20;
/**
 * Rate limit for data from one user that costs no credit, such as ACKs, in bytes per second. A user who receives
 * 500 MB/s of terminal output needs half of this limit for the ACKs.
 */
const OVERHEAD_PER_SECOND = 1024 * 1024;
/**
 * Rate limit for data to one user that costs no credit, in bytes per second. It is higher than the limit for
 * data from the user, because programs may write in small pieces on many terminals.
 */
const OVERHEAD_BACK_PER_SECOND = 4 * 1024 * 1024;
/**
 * Maximum number of bytes that may wait in this hub for one user: the flow-control windows of 64 terminals.
 * More bytes can wait only if a peer gives credit but does not read.
 */
const WAITING = 8 * 1024 * 1024;

export class RelayUser {
  readonly legs = new Map<Leg, Identity>();
  readonly channels = new Set<RelayChannel>();
  readonly opens: Rate;
  readonly joins: Rate;
  readonly overhead: Rate;
  readonly overheadBack: Rate;
  /** Counts and limits the bytes of this user that wait in the hub. */
  readonly waiting: Budget;

  /** `waiting` limits the bytes that wait in the whole hub. */
  constructor(clock: Clock, waiting: Budget) {
    this.opens = new Rate(clock, OPENS_PER_SECOND);
    this.joins = new Rate(clock, JOINS_PER_SECOND, JOINS_AT_ONCE);
    this.overhead = new Rate(clock, OVERHEAD_PER_SECOND);
    this.overheadBack = new Rate(clock, OVERHEAD_BACK_PER_SECOND);
    this.waiting = new Budget(WAITING, waiting);
  }

  get absent(): boolean {
    return this.legs.size === 0 && this.channels.size === 0;
  }

  /**
   * Returns true if this user already has the maximum number of channels on this provider, so that no new
   * channel may be opened. The channel with id `epoch` is not counted, because it may be an open channel that
   * attaches again.
   */
  isFullOn(providerId: string, epoch: string): boolean {
    const others = new Set<string>();
    for (const channel of this.channels) if (channel.providerId === providerId) others.add(channel.epoch);
    others.delete(epoch);
    return others.size >= MAX_CHANNELS;
  }

  /**
   * Returns all attachments of this channel that are connected to a provider, oldest first. An attachment is
   * the channel's path through one socket of the consumer. While a channel moves to a new socket, it has more
   * than one attachment.
   */
  attachments(epoch: string): RelayChannel[] {
    return [...this.channels].filter((channel) => channel.providerId && channel.epoch === epoch);
  }
}
