/** Connects terminal channels of the hub to the keeper, after a check that the VM runs on this machine. */
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
  unpackMeta,
} from '@unicore/protocol';
import { type OpenTerminal, TerminalAuth, TerminalOpen } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { KeeperConnection } from '../keeper/index.ts';

type Open = FrameOf<typeof FrameType.OPEN>;

export interface TerminalRelayOptions {
  /**
   * Returns true if the VM runs on this machine in generation `gen`. The generation increases each time the
   * hub assigns the VM to a provider.
   */
  runs(vmId: string, gen: number): boolean;
  /**
   * Resolves when the keeper is connected. Rejects with LEG_LOST if the keeper is not connected within a few
   * seconds.
   */
  keeper(): Promise<KeeperConnection>;
  /**
   * Creates the terminal if it does not exist. Rejects with VM_NOT_RUNNING, or with LEG_LOST if the keeper is
   * not connected.
   */
  ensureTerminal(open: OpenTerminal): Promise<{ keeper: KeeperConnection }>;
  log: Logger;
}

export class TerminalRelay {
  readonly #options: TerminalRelayOptions;

  constructor(options: TerminalRelayOptions) {
    this.#options = options;
  }

  open(leg: Leg, open: Open): void {
    const port = leg.portOf(open.ch);
    // The OPEN frame was repeated, since its answer may be lost. Forward the frame, so that the keeper
    // answers again.
    if (port instanceof Hop) return port.leg.send({ ...open, ch: port.ch });
    if (port) return;
    const pending = new Pending();
    leg.bind(open.ch, pending);
    void this.#relay(leg, open, pending);
  }

  async #relay(leg: Leg, open: Open, pending: Pending): Promise<void> {
    try {
      const { user, wish } = requested(open);
      // The VM does not run, but may be starting. So a DETACHED frame makes the opener of the channel retry.
      // If the VM is not starting, the hub refuses the retry.
      if (!this.#options.runs(wish.vmId, wish.gen)) {
        leg.unbind(open.ch);
        return detach(leg, open.ch, 'VM_NOT_RUNNING');
      }
      const keeper = await this.#keeperFor(open, wish);
      if (pending.over) return;
      const ch = keeper.leg.allocate();
      join(leg, open.ch, keeper.leg, ch, { group: user });
      keeper.leg.send({ ...open, ch });
    } catch (error) {
      if (pending.over) return;
      leg.unbind(open.ch);
      this.#refuse(leg, open.ch, error);
    } finally {
      if (pending.over && leg.open) leg.unbind(open.ch);
    }
  }

  /**
   * Returns the keeper. For a new channel, the keeper first starts the terminal if it does not exist. A
   * resumed channel must find its old terminal, so no new shell is started for it.
   */
  async #keeperFor(open: Open, wish: OpenTerminal): Promise<KeeperConnection> {
    if (open.mustExist) return this.#options.keeper();
    return (await this.#options.ensureTerminal(wish)).keeper;
  }

  #refuse(leg: Leg, ch: number, error: unknown): void {
    const known = error instanceof UniCoreError;
    if (!known) this.#options.log.error({ err: error }, 'a terminal could not be opened');
    const code: ErrorCode = known ? error.code : 'INTERNAL';
    const message = known ? error.message : 'The agent could not open the terminal. Its log says why.';
    // The error LEG_LOST means that the keeper may be starting. A DETACHED frame makes the opener of the
    // channel retry. A RESET frame would end the channel.
    if (code === 'LEG_LOST') detach(leg, ch, code);
    else leg.send({ type: FrameType.RESET, ch, code: ERRORS[code].number, message });
  }
}

/** Sends a DETACHED frame, so that the opener of the channel retries after a short pause. */
function detach(leg: Leg, ch: number, code: ErrorCode): void {
  leg.send({ type: FrameType.DETACHED, ch, code: ERRORS[code].number });
}

/**
 * Occupies the number of a channel until the keeper has created the channel's terminal. So a repeated OPEN
 * does not create the terminal twice, and a RESET is noticed.
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

function requested(open: Open): { user: string; wish: OpenTerminal } {
  try {
    const { user, vmId, gen } = TerminalAuth.parse(unpackMeta(open.auth));
    const { terminalId, cols, rows } = TerminalOpen.parse(unpackMeta(open.meta));
    return { user, wish: { vmId, gen, terminalId, cols, rows } };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new UniCoreError('BAD_REQUEST', `OPEN: ${z.prettifyError(error)}`, { cause: error });
  }
}
