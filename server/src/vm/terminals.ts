/** The API calls that create, list, resize and close a VM's terminals. The VM's agent executes them. */
import { UniCoreError } from '@unicore/protocol';
import type { VmConnect, VmResize } from '@unicore/protocol/api';
import { TerminalInfo, type TerminalMethods, TerminalPath } from '@unicore/protocol/control';
import type { z } from 'zod';
import type { Tickets } from '../auth/index.ts';
import type { Presence } from '../provider/index.ts';
import type { PlacedVm, VmAccess } from './access.ts';

/** The id of the terminal that every VM has. */
const MAIN = 'main';
/** The size of a terminal, in character cells, until a viewer sends its own size. */
const COLS = 80;
const ROWS = 24;

/** The user that gets a ticket, and the user's session. The ticket becomes invalid when the session ends. */
interface Holder {
  user: { userId: string };
  sessionId: string;
}

export interface TerminalsDeps {
  access: VmAccess;
  presence: Presence;
  tickets: Tickets;
  /** Returns the RPC interface of a provider's agent. Its calls may throw PROVIDER_UNREACHABLE. */
  agent(providerId: string): TerminalMethods;
}

export class Terminals {
  readonly #deps: TerminalsDeps;

  constructor(deps: TerminalsDeps) {
    this.#deps = deps;
  }

  /**
   * Creates the terminal if it does not exist, and creates a ticket for it. `socketUrl` is the WebSocket
   * address of this hub: ws(s)://host.
   */
  async connect({ user, sessionId }: Holder, wish: z.output<typeof VmConnect>, socketUrl: string) {
    const { vmId, terminalId = MAIN, cols = COLS, rows = ROWS, readOnly = false } = wish;
    const vm = await this.#deps.access.running(user.userId, vmId);
    const terminal = TerminalInfo.parse(
      await (await this.#agent(vm)).openTerminal({ vmId, gen: vm.gen, terminalId, cols, rows }),
    );
    const { ticket, expiresAt } = await this.#deps.tickets.issue({
      userId: user.userId,
      sessionId,
      kind: 'terminal',
      vmId,
      terminalId: terminal.terminalId,
      readOnly,
    });
    const query = new URLSearchParams({
      vmId,
      terminalId: terminal.terminalId,
      ticket,
      cols: String(cols),
      rows: String(rows),
    });
    return { url: `${socketUrl}/terminal?${query}`, ticket, terminalId: terminal.terminalId, expiresAt };
  }

  async resize(userId: string, { vmId, terminalId = MAIN, cols, rows, viewer }: z.output<typeof VmResize>) {
    const vm = await this.#deps.access.running(userId, vmId);
    const whose = viewer === undefined ? {} : { viewer };
    const agent = await this.#agent(vm);
    await agent.resizeTerminal({ vmId, gen: vm.gen, terminalId, cols, rows, ...whose });
  }

  async list(userId: string, vmId: string): Promise<TerminalInfo[]> {
    const vm = await this.#deps.access.running(userId, vmId);
    return TerminalInfo.array().parse(await (await this.#agent(vm)).terminals({ vmId }));
  }

  async close(userId: string, vmId: string, terminalId: string): Promise<void> {
    const vm = await this.#deps.access.running(userId, vmId);
    await (await this.#agent(vm)).closeTerminal({ vmId, terminalId });
  }

  /**
   * Measures the delay from the provider's hub to the terminal: the round trip to the provider, the round
   * trip inside the provider, and the echo time of the terminal.
   */
  async path(userId: string, vmId: string, terminalId = MAIN): Promise<TerminalPath> {
    const vm = await this.#deps.access.running(userId, vmId);
    return TerminalPath.parse(await (await this.#agent(vm)).terminalPath({ vmId, terminalId }));
  }

  async #agent({ providerId }: PlacedVm): Promise<TerminalMethods> {
    if ((await this.#deps.presence.lookAt(providerId)).suspect) {
      throw new UniCoreError(
        'PROVIDER_UNREACHABLE',
        'The provider of this VM has not answered for 10 s. The VM comes back by itself when the provider does.',
      );
    }
    return this.#deps.agent(providerId);
  }
}
