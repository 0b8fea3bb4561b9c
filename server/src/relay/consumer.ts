/** One user at the relay: the legs it came by and the channels on them. What is limited is limited per user. */
import type { Leg } from '@unicore/protocol';
import type { RelayChannel } from './channel.ts';
import type { Identity } from './deps.ts';
import type { Rate } from './rate.ts';

export class Consumer {
  readonly legs = new Map<Leg, Identity>();
  readonly channels = new Set<RelayChannel>();
  readonly opens: Rate;

  constructor(opens: Rate) {
    this.opens = opens;
  }

  channelsOn(providerId: string): number {
    let count = 0;
    for (const channel of this.channels) if (channel.providerId === providerId) count++;
    return count;
  }
}
