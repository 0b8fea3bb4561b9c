/**
 * RPC methods that the hub may call on this agent. Each method validates its arguments and delegates the
 * work.
 */
import { type Leg, UniCoreError } from '@unicore/protocol';
import {
  type AgentMethods,
  AskScreenshot,
  type DesktopMethods,
  DesktopOrder,
  type DesktopRef,
  Id,
  OpenTerminal,
  ResizeTerminal,
  TakeControl,
  type TerminalInfo,
  VmOrder,
} from '@unicore/protocol/control';
import { z } from 'zod';
import type { KeeperConnection } from '../keeper/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Fleet } from './fleet.ts';

const Orders = z.array(VmOrder).max(10_000);
const DesktopOrders = z.array(DesktopOrder).max(10_000);
/**
 * Time limit of a PING to the keeper, in ms. If the PONG takes longer, the round-trip time is not reported.
 */
const PING_MS = 2_000;

const VmRef = z.object({ vmId: Id });
const TerminalRef = z.object({ vmId: Id, terminalId: Id });

/** The desktops of this provider. */
export interface DesktopService extends DesktopMethods {
  apply(orders: DesktopOrder[]): Promise<void>;
  /**
   * Returns the leg to the process that holds this desktop. Throws LEG_LOST while there is none yet,
   * SESSION_ENDED or SUPERSEDED if there will be none.
   */
  holder(ref: DesktopRef): Leg;
}

export interface AgentServices {
  fleet: Fleet;
  desktops: DesktopService;
  runtime: Runtime;
  /**
   * Resolves when the keeper is connected. Rejects with LEG_LOST if the keeper is not connected within a few
   * seconds.
   */
  keeper(): Promise<KeeperConnection>;
}

/**
 * Creates the terminal if it does not exist. Rejects unless the VM runs on this machine in generation `gen`.
 * The generation increases each time the hub assigns the VM to a provider.
 */
export async function ensureTerminal(
  { fleet, runtime, keeper }: AgentServices,
  { vmId, gen, terminalId, cols, rows }: OpenTerminal,
): Promise<{ keeper: KeeperConnection; terminal: TerminalInfo }> {
  if (!fleet.runs(vmId, gen))
    throw new UniCoreError('VM_NOT_RUNNING', 'The VM is not running. Start it first.');
  const connection = await keeper();
  const pty = runtime.pty(vmId, gen);
  const terminal = await connection.control.ensureTerminal({ vmId, gen, terminalId, pty, cols, rows });
  return { keeper: connection, terminal };
}

/** The methods of a machine that has desktops, and no VMs. */
export function desktopMethods(desktops: DesktopService): AgentMethods {
  const refuse = async (): Promise<never> => {
    throw new UniCoreError('VM_NOT_RUNNING', 'This is a desktop. It has no VMs.');
  };
  return {
    async apply(orders) {
      if (Orders.parse(orders).length > 0) await refuse();
    },
    ...callsTo(desktops),
    terminals: refuse,
    openTerminal: refuse,
    resizeTerminal: refuse,
    closeTerminal: refuse,
    terminalPath: refuse,
  };
}

function callsTo(desktops: DesktopService) {
  return {
    applyDesktops: (orders) => desktops.apply(DesktopOrders.parse(orders)),
    desktopControl: (wish) => desktops.desktopControl(TakeControl.parse(wish)),
    desktopScreenshot: (wish) => desktops.desktopScreenshot(AskScreenshot.parse(wish)),
  } satisfies Partial<AgentMethods>;
}

export function agentMethods(services: AgentServices): AgentMethods {
  const { fleet, desktops, keeper } = services;
  return {
    apply: (orders) => fleet.apply(Orders.parse(orders)),
    ...callsTo(desktops),

    async terminals(vm) {
      const { vmId } = VmRef.parse(vm);
      return (await keeper()).control.terminals({ vmId });
    },

    async openTerminal(open) {
      return (await ensureTerminal(services, OpenTerminal.parse(open))).terminal;
    },

    async resizeTerminal(resize) {
      await (await keeper()).control.resizeTerminal(ResizeTerminal.parse(resize));
    },

    async closeTerminal(which) {
      await (await keeper()).control.closeTerminal(TerminalRef.parse(which));
    },

    async terminalPath(which) {
      const { vmId, terminalId } = TerminalRef.parse(which);
      const { leg, control } = await keeper();
      const [keeperMs, terminals] = await Promise.all([leg.pingWithin(PING_MS), control.terminals({ vmId })]);
      const terminal = terminals.find((each) => each.terminalId === terminalId);
      return { providerMs: null, keeperMs, echoMs: terminal?.echoMs ?? null };
    },
  };
}
