/**
 * What hub and agent say to each other on the control channel: schemas for both ends, and the two interfaces that
 * birpc makes callable. State is told level by level, never as a sequence of commands: repeating a call is harmless.
 */
import { z } from 'zod';

export const VmSize = z.enum(['small', 'medium', 'large']);
export type VmSize = z.infer<typeof VmSize>;

/** What each size may use. cpu: cores (capped by the machine's own), memory: bytes (no swap on top). */
export const SIZES: Record<VmSize, { cpu: number; memory: number }> = {
  small: { cpu: 1, memory: 512 * 2 ** 20 },
  medium: { cpu: 2, memory: 2 * 2 ** 30 },
  large: { cpu: 4, memory: 4 * 2 ** 30 },
};

/** How strongly a VM is kept apart from the machine it runs on: process = not at all. */
export const Isolation = z.enum(['process', 'container', 'gvisor']);
export type Isolation = z.infer<typeof Isolation>;

/** A machine id: 1 to 64 of a-z, 0-9 and '-'. Safe in container names, paths and URLs. */
export const Id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1 to 64 of a-z, 0-9 and -');

/** The hub's wish for one VM on this provider. gen rises with each assignment; an older gen is destroyed. */
export const VmOrder = z.object({
  vmId: Id,
  gen: z.number().int().positive(),
  desired: z.enum(['running', 'stopped', 'deleted']),
  image: z.string().min(1).max(200),
  size: VmSize,
  /** Rises each time somebody presses start: what failed before is then tried again. */
  attempt: z.number().int().nonnegative().optional(),
});
export type VmOrder = z.infer<typeof VmOrder>;

/** What the agent sees. reason: a sentence for a person with the remedy, where something is wrong. */
export const VmObserved = z.object({
  vmId: Id,
  gen: z.number().int().positive(),
  phase: z.enum(['starting', 'running', 'stopping', 'stopped', 'failed', 'deleted']),
  code: z.string().nullable(),
  reason: z.string().max(1000).nullable(),
});
export type VmObserved = z.infer<typeof VmObserved>;

export const TerminalInfo = z.object({
  terminalId: Id,
  title: z.string().max(200),
  cols: z.number().int(),
  rows: z.number().int(),
  /** Viewers attached now. */
  viewers: z.number().int(),
  createdAt: z.number(),
  /** From a key to the first output after it, ms, when that was last seen. */
  echoMs: z.number().nullable().optional(),
});
export type TerminalInfo = z.infer<typeof TerminalInfo>;

/** Round trips on the way from the provider's hub to a terminal, ms; null where they are not known. */
export const TerminalPath = z.object({
  /** The hub that has the provider's socket, and the provider. */
  providerMs: z.number().nullable(),
  /** At the provider: the process that has the socket, and the one that holds the terminals. */
  keeperMs: z.number().nullable(),
  /** From there into the container and back, with what the program did: from a key to the first output after it. */
  echoMs: z.number().nullable(),
});
export type TerminalPath = z.infer<typeof TerminalPath>;

export const Cols = z.number().int().min(2).max(1000);
export const Rows = z.number().int().min(1).max(1000);

export const OpenTerminal = z.object({
  vmId: Id,
  gen: z.number().int().positive(),
  /** 'main' is the VM's main terminal; any other id is made if there is none. */
  terminalId: Id,
  cols: Cols,
  rows: Rows,
});
export type OpenTerminal = z.infer<typeof OpenTerminal>;

export const ResizeTerminal = OpenTerminal.extend({
  /** The viewer whose window changed (from ACCEPT's meta); without it the terminal itself is resized. */
  viewer: z.string().max(64).optional(),
});
export type ResizeTerminal = z.infer<typeof ResizeTerminal>;

/** Load and room of a provider, in BEAT's meta. cpu: share of all cores in use, 0 to 1; the rest in bytes. */
export const BeatMeta = z.object({
  cpu: z.number().min(0),
  cores: z.number().int().positive(),
  memoryTotal: z.number().nonnegative(),
  memoryFree: z.number().nonnegative(),
  diskTotal: z.number().nonnegative(),
  diskFree: z.number().nonnegative(),
  vms: z.number().int().nonnegative(),
});
export type BeatMeta = z.infer<typeof BeatMeta>;

/** HELLO meta of an agent. connSeq: rises with each connection; the hub keeps the newest socket only. */
export const AgentHello = z.object({
  token: z.string().max(4096),
  connSeq: z.number().int().positive(),
  version: z.string().max(64),
  name: z.string().max(200),
  runtime: z.enum(['docker', 'process']),
  isolation: Isolation,
  beat: BeatMeta,
});
export type AgentHello = z.infer<typeof AgentHello>;

/**
 * HELLO meta of a consumer's SDK. token: a bearer token; ticket: of system.ticket, where the session's cookie does not go.
 * Neither where that cookie came with the upgrade.
 */
export const ConsumerHello = z.object({
  token: z.string().max(4096).optional(),
  ticket: z.string().max(200).optional(),
  client: z.string().max(200).optional(),
});

/** OPEN meta of a terminal channel, from the consumer; the hub reads vmId to find the route. */
export const TerminalOpen = z.object({
  vmId: Id,
  terminalId: Id.default('main'),
  cols: Cols.default(80),
  rows: Rows.default(24),
  readOnly: z.boolean().default(false),
});
export type TerminalOpen = z.infer<typeof TerminalOpen>;

/** ACCEPT meta of a terminal channel. viewer: this attachment's name in vm.resize. */
export const TerminalAccept = z.object({ terminalId: Id, viewer: z.string().max(64) });

/** OPEN auth: written by hubs only. */
export const ChannelAuth = z.object({
  user: z.string().max(128),
  rights: z.enum(['write', 'read']),
  vmId: Id,
  gen: z.number().int().positive(),
  kind: z.literal('terminal'),
});
export type ChannelAuth = z.infer<typeof ChannelAuth>;

/** What is asked of an agent about the terminals of one VM. Each call may be made again: it asks for a state. */
export interface TerminalMethods {
  terminals(vm: { vmId: string }): Promise<TerminalInfo[]>;
  /** Makes the terminal if there is none. */
  openTerminal(open: OpenTerminal): Promise<TerminalInfo>;
  resizeTerminal(resize: ResizeTerminal): Promise<void>;
  closeTerminal(which: { vmId: string; terminalId: string }): Promise<void>;
  /** The agent knows its own part, and its hub adds the rest. */
  terminalPath(which: { vmId: string; terminalId: string }): Promise<TerminalPath>;
}

/** Called by the hub, answered by the agent. */
export interface AgentMethods extends TerminalMethods {
  /** All orders for this provider: VMs not in the list are unknown to the hub and left alone, but reported. */
  apply(orders: VmOrder[]): Promise<void>;
}

/** Called by the agent, answered by the hub. */
export interface HubMethods {
  /** Whole: everything this agent has (sent on connect). Otherwise only what changed. */
  observed(report: { whole: boolean; vms: VmObserved[] }): Promise<void>;
}
