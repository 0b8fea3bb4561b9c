/**
 * What hub and agent tell each other on the control channel: schemas for both ends, and the two interfaces that birpc
 * makes callable. Calls carry whole states, never steps, so that repeating a call does no harm.
 */
import { z } from 'zod';

export const VmSize = z.enum(['small', 'medium', 'large']);
export type VmSize = z.infer<typeof VmSize>;

/** What a VM of each size may use. cpu: cores (limited by the machine's own), memory: bytes (without swap). */
export const SIZES: Record<VmSize, { cpu: number; memory: number }> = {
  small: { cpu: 1, memory: 512 * 2 ** 20 },
  medium: { cpu: 2, memory: 2 * 2 ** 30 },
  large: { cpu: 4, memory: 4 * 2 ** 30 },
};

/** How strongly a VM is isolated from the machine that it runs on. process: not isolated. */
export const Isolation = z.enum(['process', 'container', 'gvisor']);
export type Isolation = z.infer<typeof Isolation>;

/** A machine id: 1 to 64 of a-z, 0-9 and '-'. Safe in container names, paths and URLs. */
export const Id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1 to 64 of a-z, 0-9 and -');

/**
 * What the hub wants one VM on this provider to be. gen rises with each assignment; a VM with an older gen is destroyed.
 */
export const VmOrder = z.object({
  vmId: Id,
  gen: z.number().int().positive(),
  desired: z.enum(['running', 'stopped', 'deleted']),
  image: z.string().min(1).max(200),
  size: VmSize,
  /** Rises each time a user presses start. What failed before is then tried again. */
  attempt: z.number().int().nonnegative().optional(),
});
export type VmOrder = z.infer<typeof VmOrder>;

/** What the agent observes of a VM. reason: if something is wrong, a sentence for people with the remedy. */
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
  /** The latest time from a key to the output after it, ms; null if none was seen. */
  echoMs: z.number().nullable().optional(),
});
export type TerminalInfo = z.infer<typeof TerminalInfo>;

/** Round trips of each part of the way from the provider's hub to a terminal, ms; null if unknown. */
export const TerminalPath = z.object({
  /** Between the hub that has the provider's socket and the provider. */
  providerMs: z.number().nullable(),
  /** Within the provider: between the tunnel process and the keeper process, which holds the terminals. */
  keeperMs: z.number().nullable(),
  /** Echo time from the keeper into the container and back, the program included: from a key to the output after it. */
  echoMs: z.number().nullable(),
});
export type TerminalPath = z.infer<typeof TerminalPath>;

export const Cols = z.number().int().min(2).max(1000);
export const Rows = z.number().int().min(1).max(1000);

export const OpenTerminal = z.object({
  vmId: Id,
  gen: z.number().int().positive(),
  /** 'main' is the VM's main terminal. Any other id creates a terminal if there is none. */
  terminalId: Id,
  cols: Cols,
  rows: Rows,
});
export type OpenTerminal = z.infer<typeof OpenTerminal>;

export const ResizeTerminal = OpenTerminal.extend({
  /** The viewer whose window changed (its name from ACCEPT's metadata). Without it, the terminal itself is resized. */
  viewer: z.string().max(64).optional(),
});
export type ResizeTerminal = z.infer<typeof ResizeTerminal>;

/**
 * A provider's load and free capacity, in the metadata of BEAT. cpu: share of all cores in use, 0 to 1; the rest in
 * bytes.
 */
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

/** The HELLO metadata of an agent. connSeq rises with each connection; the hub keeps only the newest socket. */
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
 * The HELLO metadata of a consumer's SDK. token: a bearer token. ticket: from system.ticket, for origins where the
 * session cookie is not sent. Neither is needed if the cookie came with the upgrade request.
 */
export const ConsumerHello = z.object({
  token: z.string().max(4096).optional(),
  ticket: z.string().max(200).optional(),
  client: z.string().max(200).optional(),
});

/** The OPEN metadata of a terminal channel, written by the consumer. The hub reads vmId to find the route. */
export const TerminalOpen = z.object({
  vmId: Id,
  terminalId: Id.default('main'),
  cols: Cols.default(80),
  rows: Rows.default(24),
  readOnly: z.boolean().default(false),
});
export type TerminalOpen = z.infer<typeof TerminalOpen>;

/** The ACCEPT metadata of a terminal channel. viewer: the name of this attachment in vm.resize. */
export const TerminalAccept = z.object({ terminalId: Id, viewer: z.string().max(64) });

/** The auth of an OPEN frame. Only hubs write it. */
export const ChannelAuth = z.object({
  user: z.string().max(128),
  rights: z.enum(['write', 'read']),
  vmId: Id,
  gen: z.number().int().positive(),
  kind: z.literal('terminal'),
});
export type ChannelAuth = z.infer<typeof ChannelAuth>;

/**
 * What can be asked of an agent about the terminals of one VM. Repeating a call does no harm, since it asks for a state.
 */
export interface TerminalMethods {
  terminals(vm: { vmId: string }): Promise<TerminalInfo[]>;
  /** Opens the terminal, and creates it if there is none. */
  openTerminal(open: OpenTerminal): Promise<TerminalInfo>;
  resizeTerminal(resize: ResizeTerminal): Promise<void>;
  closeTerminal(which: { vmId: string; terminalId: string }): Promise<void>;
  /** The agent measures its own part of the path; its hub adds the rest. */
  terminalPath(which: { vmId: string; terminalId: string }): Promise<TerminalPath>;
}

/** Calls that the hub makes and the agent answers. */
export interface AgentMethods extends TerminalMethods {
  /**
   * All orders for this provider. VMs that are not in the list are unknown to the hub; they are left alone, but
   * reported.
   */
  apply(orders: VmOrder[]): Promise<void>;
}

/** Calls that the agent makes and the hub answers. */
export interface HubMethods {
  /** Reports VMs. whole: every VM of this agent (sent on connect); otherwise only those that changed. */
  observed(report: { whole: boolean; vms: VmObserved[] }): Promise<void>;
}
