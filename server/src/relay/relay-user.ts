/**
 * One user at the relay: the legs it came by, and its channels, which may also come from other hubs. What is limited is
 * limited per user.
 */
import { Budget, type Clock, type Leg } from '@unicore/protocol';
import type { Identity } from './deps.ts';
import { Rate } from './rate.ts';
import type { RelayChannel } from './relay-channel.ts';

/** Channels of one user on one provider. */
export const MAX_CHANNELS = 64;
/** A page that attaches all its terminals again at once stays far below. */
const OPENS_PER_SECOND = 200;
/** New ones make the provider draw a screen: all terminals of two pages at once, then in turn. */
const JOINS_AT_ONCE = 128;
const JOINS_PER_SECOND = 20;
/** Bytes that cost no credit, such as ACKs: 500 MB/s of output in full frames need half of it. */
const OVERHEAD_PER_SECOND = 1024 * 1024;
/** The same of what comes back: a program may write in small pieces, on many terminals. */
const OVERHEAD_BACK_PER_SECOND = 4 * 1024 * 1024;
/**
 * What may wait here for the user's own peers, bytes: the windows of 64 terminals. Where more waits somebody gave credit
 * for bytes and does not read them.
 */
const WAITING = 8 * 1024 * 1024;

export class RelayUser {
  readonly legs = new Map<Leg, Identity>();
  readonly channels = new Set<RelayChannel>();
  readonly opens: Rate;
  readonly joins: Rate;
  readonly overhead: Rate;
  readonly overheadBack: Rate;
  /** What waits for this user in the hub. */
  readonly waiting: Budget;

  /** waiting: of the whole hub. */
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

  /** Whether one more would be too many. A channel that comes back or moves is still there as well, and counts once. */
  isFullOn(providerId: string, epoch: string): boolean {
    const others = new Set<string>();
    for (const channel of this.channels) if (channel.providerId === providerId) others.add(channel.epoch);
    others.delete(epoch);
    return others.size >= MAX_CHANNELS;
  }

  /** The attachments of this channel that are joined, in the order in which they came. */
  attachments(epoch: string): RelayChannel[] {
    return [...this.channels].filter((channel) => channel.providerId && channel.epoch === epoch);
  }
}
