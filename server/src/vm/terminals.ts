/** Terminals of a VM: who may open one, and what its agent is asked. */
import { UniCoreError } from '@unicore/protocol';
import type { VmConnect, VmResize } from '@unicore/protocol/api';
import { TerminalInfo, type TerminalMethods, TerminalPath } from '@unicore/protocol/control';
import type { z } from 'zod';
import type { Caller } from '../auth/local.ts';
import type { Tickets } from '../auth/tickets.ts';
import type { Presence } from '../provider/presence.ts';
import type { VmRow } from '../store/rows.ts';
import type { Vms } from './vms.ts';

/** The terminal that every VM has. */
const MAIN = 'main';
/** The size until a viewer says its own. */
const COLS = 80;
const ROWS = 24;

export interface TerminalsDeps {
  vms: Vms;
  presence: Presence;
  tickets: Tickets;
  /** Its calls throw PROVIDER_UNREACHABLE. */
  agent(providerId: string): TerminalMethods;
}

/** A VM that can be worked in has a provider. */
type PlacedVm = VmRow & { providerId: string };

export class Terminals {
  readonly #deps: TerminalsDeps;

  constructor(deps: TerminalsDeps) {
    this.#deps = deps;
  }

  /**
   * The VM, if this user may have a channel to it. Throws NOT_FOUND and VM_NOT_RUNNING. Whether its provider can be
   * reached is not asked: a channel waits for that. One that is on its way up counts too, for the shell may live
   * while an agent that was restarted looks for it; the agent has the last word.
   */
  async authorise(userId: string, vmId: string): Promise<PlacedVm> {
    const vm = await this.#deps.vms.own(userId, vmId);
    return requirePlaced(vm, vm.phase === 'running' || vm.phase === 'starting' || vm.phase === 'assigned');
  }

  /** Makes the terminal if there is none, and a ticket for it. socketUrl: ws(s)://host of this hub. */
  async connect({ user, sessionId }: Caller, wish: z.output<typeof VmConnect>, socketUrl: string) {
    const { vmId, terminalId = MAIN, cols = COLS, rows = ROWS, readOnly = false } = wish;
    const vm = await this.#running(user.userId, vmId);
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
    const vm = await this.#running(userId, vmId);
    const whose = viewer === undefined ? {} : { viewer };
    const agent = await this.#agent(vm);
    await agent.resizeTerminal({ vmId, gen: vm.gen, terminalId, cols, rows, ...whose });
  }

  async list(userId: string, vmId: string): Promise<TerminalInfo[]> {
    const vm = await this.#running(userId, vmId);
    return TerminalInfo.array().parse(await (await this.#agent(vm)).terminals({ vmId }));
  }

  async close(userId: string, vmId: string, terminalId: string): Promise<void> {
    const vm = await this.#running(userId, vmId);
    await (await this.#agent(vm)).closeTerminal({ vmId, terminalId });
  }

  /** Round trips from the hub that has the provider to the terminal. */
  async path(userId: string, vmId: string, terminalId = MAIN): Promise<TerminalPath> {
    const vm = await this.#running(userId, vmId);
    return TerminalPath.parse(await (await this.#agent(vm)).terminalPath({ vmId, terminalId }));
  }

  async #running(userId: string, vmId: string): Promise<PlacedVm> {
    const vm = await this.#deps.vms.own(userId, vmId);
    return requirePlaced(vm, vm.phase === 'running');
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

function requirePlaced(vm: VmRow, fits: boolean): PlacedVm {
  const { providerId } = vm;
  if (fits && providerId !== null) return { ...vm, providerId };
  throw new UniCoreError('VM_NOT_RUNNING', notRunning(vm));
}

function notRunning({ name, phase, reason }: VmRow): string {
  switch (phase) {
    case 'queued':
    case 'assigned':
    case 'starting':
      return `${name} is not running yet (${phase}). Try again when it is.`;
    case 'stopping':
    case 'stopped':
      return `${name} is stopped. Start it first.`;
    case 'failed':
      return `${name} has failed: ${reason ?? 'no reason is known.'} Start it to try again.`;
    default:
      return `${name} is being deleted.`;
  }
}
