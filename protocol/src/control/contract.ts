/**
 * The messages between hub and agent on the control channel. This file contains the schemas for both ends,
 * and the two interfaces that birpc makes callable. Each call describes a complete state and not a change. So
 * repeating a call does no harm.
 */
import { z } from 'zod';
import type { DesktopMethods, DesktopObserved, DesktopOrder } from './desktop.ts';
import { Id } from './ids.ts';

export const VmSize = z.enum(['small', 'medium', 'large']);
export type VmSize = z.infer<typeof VmSize>;

/**
 * Resources that a VM of each size may use. cpu: number of cores, limited by the cores of the machine.
 * memory: bytes, without swap.
 */
export const SIZES: Record<VmSize, { cpu: number; memory: number }> = {
  small: { cpu: 1, memory: 512 * 2 ** 20 },
  medium: { cpu: 2, memory: 2 * 2 ** 30 },
  large: { cpu: 4, memory: 4 * 2 ** 30 },
};

/** How strongly a VM is isolated from the machine that it runs on. process: not isolated. */
export const Isolation = z.enum(['process', 'container', 'gvisor']);
export type Isolation = z.infer<typeof Isolation>;

/**
 * The state that the hub wants for one VM on this provider. gen rises each time that the VM is assigned to a
 * provider. A VM with an older gen is destroyed.
 */
export const VmOrder = z.object({
  vmId: Id,
  gen: z.number().int().positive(),
  desired: z.enum(['running', 'stopped', 'deleted']),
  image: z.string().min(1).max(200),
  size: VmSize,
  /**
   * A number that rises each time that a user starts the VM. When it rises after the VM has failed, the agent
   * tries again to start the VM.
   */
  attempt: z.number().int().nonnegative().optional(),
});
export type VmOrder = z.infer<typeof VmOrder>;

/**
 * The state of a VM that the agent observes. reason: if something is wrong, a sentence for the user with the
 * remedy.
 */
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
  /**
   * Time from a key press to the output that follows it, ms. It is the most recent measurement; null if there
   * is none.
   */
  echoMs: z.number().nullable().optional(),
});
export type TerminalInfo = z.infer<typeof TerminalInfo>;

/** Round trips of each part of the path from the provider's hub to a terminal, ms; null if unknown. */
export const TerminalPath = z.object({
  /** Round trip between the provider and the hub that has the provider's socket. */
  providerMs: z.number().nullable(),
  /**
   * Round trip on the provider's machine, between the tunnel process and the keeper process. The keeper owns
   * the terminals.
   */
  keeperMs: z.number().nullable(),
  /**
   * Time from a key press to the output after it, measured in the keeper. It includes the container and the
   * program in the container.
   */
  echoMs: z.number().nullable(),
});
export type TerminalPath = z.infer<typeof TerminalPath>;

export const Cols = z.number().int().min(2).max(1000);
export const Rows = z.number().int().min(1).max(1000);

export const OpenTerminal = z.object({
  vmId: Id,
  gen: z.number().int().positive(),
  /**
   * Id of the terminal. 'main' is the VM's main terminal. If no terminal with another id exists, it is
   * created.
   */
  terminalId: Id,
  cols: Cols,
  rows: Rows,
});
export type OpenTerminal = z.infer<typeof OpenTerminal>;

export const ResizeTerminal = OpenTerminal.extend({
  /**
   * Name of the viewer whose window changed, as in the metadata of that viewer's ACCEPT frame. If the name is
   * missing, the terminal itself is resized.
   */
  viewer: z.string().max(64).optional(),
});
export type ResizeTerminal = z.infer<typeof ResizeTerminal>;

/**
 * A provider's load and free capacity, in the metadata of BEAT frames. cpu: share of all cores in use, from 0
 * to 1. Memory and disk are in bytes.
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

/**
 * Metadata of an agent's HELLO frame. connSeq rises with each connection. The hub keeps only the newest
 * connection.
 */
export const AgentHello = z.object({
  token: z.string().max(4096),
  connSeq: z.number().int().positive(),
  version: z.string().max(64),
  name: z.string().max(200),
  /** How the agent runs VMs. `desktop` is the one desktop of a container, which runs no VMs. */
  runtime: z.enum(['docker', 'process', 'desktop']),
  isolation: Isolation,
  beat: BeatMeta,
  /** How this agent starts desktops. Missing or null if the machine's owner has not allowed desktops. */
  desktops: z.enum(['docker', 'process']).nullable().default(null),
});
export type AgentHello = z.infer<typeof AgentHello>;

/**
 * Metadata of the HELLO frame of a consumer's SDK. token: a bearer token. ticket: a one-time token from
 * system.ticket, for origins to which the session cookie is not sent. If the cookie came with the upgrade
 * request, the SDK needs no token and no ticket.
 */
export const ConsumerHello = z.object({
  token: z.string().max(4096).optional(),
  ticket: z.string().max(200).optional(),
  client: z.string().max(200).optional(),
});

/**
 * Metadata of a terminal channel's OPEN frame, written by the consumer. The hub uses vmId to find the
 * provider.
 */
export const TerminalOpen = z.object({
  vmId: Id,
  terminalId: Id.default('main'),
  cols: Cols.default(80),
  rows: Rows.default(24),
  readOnly: z.boolean().default(false),
});
export type TerminalOpen = z.infer<typeof TerminalOpen>;

/**
 * Metadata of a terminal channel's ACCEPT frame. viewer: the name with which vm.resize refers to this viewer.
 */
export const TerminalAccept = z.object({ terminalId: Id, viewer: z.string().max(64) });

/** Who opens a channel, and with which rights. */
const Opened = z.object({ user: z.string().max(128), rights: z.enum(['write', 'read']) });

/** The field `auth` of the OPEN frame of a terminal. Only hubs write it. */
export const TerminalAuth = Opened.extend({
  vmId: Id,
  gen: z.number().int().positive(),
  kind: z.literal('terminal'),
});
export type TerminalAuth = z.infer<typeof TerminalAuth>;

/** The field `auth` of the OPEN frame of a desktop's channels. Only hubs write it. */
export const DesktopAuth = Opened.extend({
  sessionId: Id,
  attempt: z.number().int().positive(),
  kind: z.enum(['vnc', 'cdp', 'desktop', 'blob']),
  /**
   * True for somebody who has only a share link. A guest has no clipboard and no files. `user` then names the link,
   * not the owner.
   */
  guest: z.boolean(),
});
export type DesktopAuth = z.infer<typeof DesktopAuth>;

/** The field `auth` of an OPEN frame, for all kinds of channels that consumers open. */
export const ChannelAuth = z.discriminatedUnion('kind', [TerminalAuth, DesktopAuth]);
export type ChannelAuth = z.infer<typeof ChannelAuth>;

/**
 * Calls to an agent about the terminals of one VM. Repeating a call does no harm, because each call describes
 * a complete state and not a change.
 */
export interface TerminalMethods {
  terminals(vm: { vmId: string }): Promise<TerminalInfo[]>;
  /** Opens the terminal. Creates the terminal if it does not exist. */
  openTerminal(open: OpenTerminal): Promise<TerminalInfo>;
  resizeTerminal(resize: ResizeTerminal): Promise<void>;
  closeTerminal(which: { vmId: string; terminalId: string }): Promise<void>;
  /**
   * Returns the round trips of the path to a terminal that the agent can measure on its own machine. The hub
   * adds the round trip between hub and provider.
   */
  terminalPath(which: { vmId: string; terminalId: string }): Promise<TerminalPath>;
}

/** Calls about one VM or desktop. A hub passes them on to the hub that has the provider's socket. */
export interface PassedMethods extends TerminalMethods, DesktopMethods {}

/** Calls that the hub makes and the agent answers. */
export interface AgentMethods extends PassedMethods {
  /**
   * Receives all orders (wanted states of VMs) for this provider. If a VM is not in the list, the hub does
   * not know it. The agent does not change such a VM, but reports it.
   */
  apply(orders: VmOrder[]): Promise<void>;
  /** Receives all orders (wanted states of desktops) for this provider, in the same way. */
  applyDesktops(orders: DesktopOrder[]): Promise<void>;
}

/** Calls that the agent makes and the hub answers. */
export interface HubMethods {
  /**
   * Reports the observed states of VMs. whole: true if the report contains every VM of this agent, as after
   * each connect; false if it contains only changed VMs.
   */
  observed(report: { whole: boolean; vms: VmObserved[] }): Promise<void>;
  /** Reports the observed states of desktops, in the same way. */
  observedDesktops(report: { whole: boolean; desktops: DesktopObserved[] }): Promise<void>;
}
