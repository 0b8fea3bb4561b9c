/** Gives access to a running desktop: tickets for its sockets, its controls, and screenshots. */
import { UniCoreError } from '@unicore/protocol';
import type { VncConnect, VncConnection, VncControl, VncScreenshot } from '@unicore/protocol/api';
import { Control, type DesktopMethods, Screenshot } from '@unicore/protocol/control';
import type { z } from 'zod';
import type { Tickets } from '../auth/index.ts';
import type { DesktopAccess, LaunchedDesktop } from './access.ts';

/** Maximum size of a screenshot, in bytes. A screenshot of the largest desktop is far smaller. */
const MOST_PICTURE = 64 * 1024 * 1024;

/** The user of a ticket, and the user's session. The ticket becomes invalid when the session ends. */
interface Holder {
  user: { userId: string };
  sessionId: string;
}

export interface DesktopConnectionsDeps {
  access: DesktopAccess;
  tickets: Tickets;
  /** Returns the RPC interface of a provider's agent. Its calls may throw PROVIDER_UNREACHABLE. */
  agent(providerId: string): DesktopMethods;
}

export class DesktopConnections {
  readonly #deps: DesktopConnectionsDeps;

  constructor(deps: DesktopConnectionsDeps) {
    this.#deps = deps;
  }

  /** Creates a ticket. `socketUrl` is the WebSocket address of this hub: ws(s)://host. */
  async connect(
    { user, sessionId: login }: Holder,
    { sessionId, to, viewOnly = false }: z.output<typeof VncConnect>,
    socketUrl: string,
  ): Promise<z.output<typeof VncConnection>> {
    const kind = to === 'screen' ? 'vnc' : 'cdp';
    const { attempt } = await this.#running(user.userId, sessionId);
    const { ticket, expiresAt } = await this.#deps.tickets.issue({
      userId: user.userId,
      sessionId: login,
      kind,
      desktopId: sessionId,
      attempt,
      viewOnly,
      guest: false,
    });
    return { url: `${socketUrl}/${kind}/${sessionId}?ticket=${ticket}`, ticket, expiresAt };
  }

  /** Returns who has the controls. If the caller wants to take them, takes them first. */
  async control(
    userId: string,
    { sessionId, take = false, holder }: z.output<typeof VncControl>,
  ): Promise<Control> {
    const { attempt, providerId } = await this.#running(userId, sessionId);
    const wish = { sessionId, attempt, user: userId, take, ...(holder !== undefined && { holder }) };
    return Control.parse(await this.#deps.agent(providerId).desktopControl(wish));
  }

  /**
   * Returns a screenshot of the whole desktop. It is fetched in pieces, because answers of agents have a limited
   * size.
   */
  async screenshot(userId: string, sessionId: string): Promise<z.output<typeof VncScreenshot>> {
    const { attempt, providerId } = await this.#running(userId, sessionId);
    const agent = this.#deps.agent(providerId);
    const ask = async (more: { pictureId: string; from: number } | undefined) =>
      Screenshot.parse(await agent.desktopScreenshot({ sessionId, attempt, ...more }));
    let piece = await ask(undefined);
    const { pictureId, width, height } = piece;
    const pieces = [piece.png];
    let from = piece.png.length;
    while (piece.more && piece.png.length > 0 && from < MOST_PICTURE) {
      piece = await ask({ pictureId, from });
      pieces.push(piece.png);
      from += piece.png.length;
    }
    return { png: Buffer.concat(pieces).toString('base64'), width, height };
  }

  async #running(userId: string, sessionId: string): Promise<LaunchedDesktop> {
    const row = await this.#deps.access.authorise(userId, sessionId);
    if (row.phase === 'running') return row;
    throw new UniCoreError(
      'CONFLICT',
      `The desktop is not running yet (${row.phase}). Try again when it is.`,
    );
  }
}
