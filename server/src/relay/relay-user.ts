/**
 * One user at the relay: its legs, and its channels, which may also come from other hubs. All limits count per user.
 */
import { Budget, type Clock, type Leg } from '@unicore/protocol';
import { Rate } from '../rate.ts';
import type { Identity } from './deps.ts';
import type { RelayChannel } from './relay-channel.ts';

/** Maximum number of a user's channels on one provider. */
export const MAX_CHANNELS = 64;
/** OPENs per second and user. A page that attaches all of its terminals again stays far below this. */
const OPENS_PER_SECOND = 200;
/**
 * New channels per user, limited because each makes the provider render a screen. The burst suffices for all terminals
 * of two pages.
 */
const JOINS_AT_ONCE = 128;
const JOINS_PER_SECOND = 20;
/**
 * Bytes per second from a user that cost no credit, such as ACKs. 500 MB/s of output in full frames needs half of it.
 */
const OVERHEAD_PER_SECOND = 1024 * 1024;
/**
 * Bytes per second to a user that cost no credit. Higher than the limit from a user, because programs may write in
 * small pieces on many terminals.
 */
const OVERHEAD_BACK_PER_SECOND = 4 * 1024 * 1024;
/**
 * Bytes that may wait in this hub for one user: the windows of 64 terminals. More can only wait if a peer gives credit
 * for bytes that it does not read.
 */
const WAITING = 8 * 1024 * 1024;

export class RelayUser {
  readonly legs = new Map<Leg, Identity>();
  readonly channels = new Set<RelayChannel>();
  readonly opens: Rate;
  readonly joins: Rate;
  readonly overhead: Rate;
  readonly overheadBack: Rate;
  /** This user's bytes that wait in the hub. */
  readonly waiting: Budget;

  /** waiting: budget for bytes that wait in the whole hub. */
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
   * Whether another channel would exceed the limit on this provider. A channel that attaches again or moves is counted
   * once.
   */
  isFullOn(providerId: string, epoch: string): boolean {
    const others = new Set<string>();
    for (const channel of this.channels) if (channel.providerId === providerId) others.add(channel.epoch);
    others.delete(epoch);
    return others.size >= MAX_CHANNELS;
  }

  /** The joined attachments of this channel, in the order in which they came. */
  attachments(epoch: string): RelayChannel[] {
    return [...this.channels].filter((channel) => channel.providerId && channel.epoch === epoch);
  }
}
