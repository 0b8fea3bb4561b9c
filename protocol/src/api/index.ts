/** Inputs and outputs of the hub's public procedures. All times are in milliseconds since 1970 (UTC). */
import { z } from 'zod';
import { Cols, Id, Isolation, Rows, VmSize } from '../control/index.ts';
import { typed } from './typed.ts';

export { Isolation, ProviderRef, TerminalPath, VmSize } from '../control/index.ts';
export * from './desktop.ts';

export const VmState = z.enum([
  'requested',
  'queued',
  'assigned',
  'starting',
  'running',
  'suspect',
  'offline',
  'stopping',
  'stopped',
  'failed',
  'deleting',
  'deleted',
]);
export type VmState = z.infer<typeof VmState>;

export const VmName = z.string().trim().min(1).max(60);

export const Vm = z.object({
  vmId: Id,
  name: z.string(),
  /**
   * State of the VM. suspect: the provider has been silent for 10 s. The VM is available again when its
   * provider is back.
   */
  state: VmState,
  /** A sentence for the user. It explains why the VM waits or failed, and what to do. */
  reason: z.string().nullable(),
  providerId: z.string().nullable(),
  image: z.string(),
  size: VmSize,
  /**
   * How the VM is isolated; null until it is assigned to a provider. process: the VM is not isolated from the
   * provider's machine.
   */
  isolation: Isolation.nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Vm = z.infer<typeof Vm>;

export const VmCreate = z.object({
  /** Name of the VM. Default: two random words. */
  name: VmName.optional(),
  /** Container image. Default: the provider's standard image, unicore/vm. */
  image: z.string().trim().min(1).max(200).optional(),
  size: VmSize.default('small'),
  region: z.string().max(40).optional(),
  /** Idempotency key. A retry with the same opId returns the VM that the first request created. */
  opId: z.string().min(1).max(64).optional(),
});

export const VmRef = z.object({ vmId: Id });
export const TerminalRef = VmRef.extend({ terminalId: Id });
export const VmRename = VmRef.extend({ name: VmName });

export const VmConnect = VmRef.extend({
  /**
   * Id of the terminal. Default: the VM's main terminal. If no terminal with another id exists, it is
   * created.
   */
  terminalId: Id.optional(),
  cols: typed(Cols).optional(),
  rows: typed(Rows).optional(),
  readOnly: typed(z.boolean()).optional(),
});
export const VmConnection = z.object({
  /**
   * URL for one WebSocket: ws(s)://…/terminal?vmId=…&terminalId=…&ticket=…&cols=…&rows=…. It works once,
   * within 30 s.
   */
  url: z.string(),
  ticket: z.string(),
  terminalId: Id,
  expiresAt: z.number(),
});
export const VmResize = VmRef.extend({
  terminalId: Id.optional(),
  cols: typed(Cols),
  rows: typed(Rows),
  viewer: z.string().max(64).optional(),
});
export const VmPath = VmRef.extend({ terminalId: Id.optional() });
export const Terminal = z.object({
  terminalId: Id,
  title: z.string(),
  cols: z.number(),
  rows: z.number(),
  viewers: z.number(),
  createdAt: z.number(),
});
export type Terminal = z.infer<typeof Terminal>;

/**
 * The events of the subscription vm.watch. The first event contains every VM of the user. Each later event
 * contains one change.
 */
export const VmEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('all'), vms: z.array(Vm) }),
  z.object({ type: z.literal('changed'), vm: Vm }),
  z.object({ type: z.literal('deleted'), vmId: Id }),
]);
export type VmEvent = z.infer<typeof VmEvent>;

export const ProviderState = z.enum([
  'pending',
  'online',
  'suspect',
  'offline',
  'draining',
  'drained',
  'revoked',
]);
export const Provider = z.object({
  providerId: Id,
  name: z.string(),
  state: ProviderState,
  runtime: z.enum(['docker', 'process']).nullable(),
  isolation: Isolation.nullable(),
  version: z.string().nullable(),
  cores: z.number().nullable(),
  memoryTotal: z.number().nullable(),
  memoryFree: z.number().nullable(),
  cpu: z.number().nullable(),
  vms: z.number(),
  /** Time at which the hub last heard from the provider. */
  seenAt: z.number().nullable(),
  createdAt: z.number(),
});
export type Provider = z.infer<typeof Provider>;

/**
 * The events of the subscription provider.watch. The first event contains every provider of the hub. Each
 * later event contains one change.
 */
export const ProviderEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('all'), providers: z.array(Provider) }),
  z.object({ type: z.literal('changed'), provider: Provider }),
]);
export type ProviderEvent = z.infer<typeof ProviderEvent>;

export const JoinToken = z.object({
  token: z.string(),
  expiresAt: z.number(),
  /** The shell command with which a machine joins as a provider. */
  command: z.string(),
});

export const SystemInfo = z.object({
  version: z.string(),
  user: z.object({ userId: z.string(), name: z.string(), role: z.enum(['owner', 'member']) }).nullable(),
  /** Public URL of the hub. */
  url: z.string(),
  sizes: z.record(VmSize, z.object({ cpu: z.number(), memory: z.number() })),
  defaultImage: z.string(),
});

/** The region and URL of each hub of this deployment, including this hub. */
export const SystemHubs = z.array(
  z.object({
    region: z.string().nullable(),
    /** http(s)://host[:port] */
    url: z.string(),
  }),
);
/** ticket: a one-time token for the HELLO frame on /consumer of any hub. It works once, within 30 s. */
export const SystemTicket = z.object({ ticket: z.string(), expiresAt: z.number() });

/** The output of procedures that return nothing. */
export const Done = z.object({});

/** The format of every error, both in REST bodies and in `error.data` of tRPC. */
export const ApiError = z.object({
  code: z.string(),
  message: z.string(),
  retryAfterMs: z.number().optional(),
});
