/** Joins channels of desktops to the holder of the desktop, which is the process that owns display and browser. */
import { ChannelKind, type Leg, UniCoreError, unpackMeta } from '@unicore/protocol';
import { DesktopAuth, type DesktopRef } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { ChannelRelay, type Open, parsed, type Route } from './channel-relay.ts';

/** The kinds of channels that a desktop has. */
export const DESKTOP_KINDS: ReadonlySet<number> = new Set([
  ChannelKind.vnc,
  ChannelKind.cdp,
  ChannelKind.desktop,
  ChannelKind.blob,
]);

export interface DesktopRelayOptions {
  /**
   * Returns the leg to the holder of this desktop. Throws LEG_LOST while there is none yet, SESSION_ENDED or
   * SUPERSEDED if there will be none.
   */
  holder(ref: DesktopRef): Leg;
  log: Logger;
}

export function desktopRelay({ holder, log }: DesktopRelayOptions): ChannelRelay {
  return new ChannelRelay({ route, what: "a desktop's channel", log });

  function route(open: Open): Route {
    const { user, sessionId, attempt, kind } = parsed(() => DesktopAuth.parse(unpackMeta(open.auth)));
    // The holder trusts the kind in `auth`, with which the hub checked the rights.
    if (open.kind !== ChannelKind[kind])
      throw new UniCoreError('BAD_REQUEST', `OPEN: its kind is ${open.kind}, but auth.kind is ${kind}`);
    return { leg: holder({ sessionId, attempt }), group: user };
  }
}
