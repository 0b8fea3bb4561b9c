/** Joins channels that the hub opens to another leg of this machine. A route decides which leg that is. */
import {
  ERRORS,
  type ErrorCode,
  type FrameOf,
  FrameType,
  Hop,
  join,
  type Leg,
  type Port,
  UniCoreError,
} from '@unicore/protocol';
import type { Logger } from 'pino';
import { z } from 'zod';

export type Open = FrameOf<typeof FrameType.OPEN>;

/**
 * Where a channel goes. group: the user, whose channels share one turn of the fair queue. `wait` names what is
 * missing now, so that the opener tries again after a short pause.
 */
export type Route = { leg: Leg; group: string } | { wait: ErrorCode };

export interface ChannelRelayOptions {
  /**
   * Finds the leg for a channel. Rejects with a UniCoreError if the channel must end. LEG_LOST is the
   * exception: then the opener tries again.
   */
  route(open: Open): Route | Promise<Route>;
  /** Names the channels in log messages, such as "a terminal". */
  what: string;
  log: Logger;
}

export class ChannelRelay {
  readonly #options: ChannelRelayOptions;

  constructor(options: ChannelRelayOptions) {
    this.#options = options;
  }

  open(leg: Leg, open: Open): void {
    const port = leg.portOf(open.ch);
    // The OPEN frame was repeated, since its answer may be lost. Forward the frame, so that the far end answers
    // again.
    if (port instanceof Hop) return port.leg.send({ ...open, ch: port.ch });
    if (port) return;
    const pending = new Pending();
    leg.bind(open.ch, pending);
    void this.#relay(leg, open, pending);
  }

  async #relay(leg: Leg, open: Open, pending: Pending): Promise<void> {
    try {
      const route = await this.#options.route(open);
      if (pending.over) return;
      if ('wait' in route) {
        leg.unbind(open.ch);
        return detach(leg, open.ch, route.wait);
      }
      const ch = route.leg.allocate();
      join(leg, open.ch, route.leg, ch, { group: route.group });
      route.leg.send({ ...open, ch });
    } catch (error) {
      if (pending.over) return;
      leg.unbind(open.ch);
      this.#refuse(leg, open.ch, error);
    } finally {
      if (pending.over && leg.open) leg.unbind(open.ch);
    }
  }

  #refuse(leg: Leg, ch: number, error: unknown): void {
    const { log, what } = this.#options;
    const known = error instanceof UniCoreError;
    if (!known) log.error({ err: error }, `${what} could not be opened`);
    const code: ErrorCode = known ? error.code : 'INTERNAL';
    const message = known ? error.message : `The agent could not open ${what}. Its log says why.`;
    // The error LEG_LOST means that the far end may be starting. A DETACHED frame makes the opener of the
    // channel retry. A RESET frame would end the channel.
    if (code === 'LEG_LOST') detach(leg, ch, code);
    else leg.send({ type: FrameType.RESET, ch, code: ERRORS[code].number, message });
  }
}

/** Calls `parse` on the metadata of an OPEN frame. An invalid field becomes a BAD_REQUEST that names it. */
export function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new UniCoreError('BAD_REQUEST', `OPEN: ${z.prettifyError(error)}`, { cause: error });
  }
}

/** Sends a DETACHED frame, so that the opener of the channel retries after a short pause. */
function detach(leg: Leg, ch: number, code: ErrorCode): void {
  leg.send({ type: FrameType.DETACHED, ch, code: ERRORS[code].number });
}

/**
 * Occupies the number of a channel until its route is known. So a repeated OPEN does not ask for the route
 * twice, and a RESET is noticed.
 */
class Pending implements Port {
  over = false;

  receive(type: number): void {
    // A repeated OPEN is ignored, since the first OPEN will still be answered.
    if (type === FrameType.RESET || type === FrameType.DETACHED) this.over = true;
  }

  lost(): void {
    this.over = true;
  }
}
