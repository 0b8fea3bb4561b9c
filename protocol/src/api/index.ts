/** Inputs and outputs of the public procedures. Times are milliseconds since 1970 (UTC). */
import { z } from 'zod';
import { Cols, Id, Isolation, Rows, VmSize } from '../control/index.ts';

export { Isolation, ProviderRef, TerminalPath, VmSize } from '../control/index.ts';

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

/**
 * A number or boolean as in JSON. Without this, trpc-to-openapi would change the shared schema for the whole process, so
 * that it accepts "80", and "false" as true.
 */
const typed = <T extends z.ZodType>(schema: T) => schema.nonoptional();

export const VmName = z.string().trim().min(1).max(60);

export const Vm = z.object({
  vmId: Id,
  name: z.string(),
  /** suspect: the provider has been silent for 10 s. The VM comes back by itself together with its provider. */
  state: VmState,
  /** A sentence for people: why the VM waits or failed, and what to do. */
  reason: z.string().nullable(),
  providerId: z.string().nullable(),
  image: z.string(),
  size: VmSize,
  /** How the VM is isolated; null until it is assigned. process: not isolated from the provider's machine. */
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
  /** A retry with the same opId returns the VM made by the first try. */
  opId: z.string().min(1).max(64).optional(),
});

export const VmRef = z.object({ vmId: Id });
export const TerminalRef = VmRef.extend({ terminalId: Id });
export const VmRename = VmRef.extend({ name: VmName });

export const VmConnect = VmRef.extend({
  /** Id of the terminal. Default: the VM's main terminal. Any other id creates a terminal if there is none. */
  terminalId: Id.optional(),
  cols: typed(Cols).optional(),
  rows: typed(Rows).optional(),
  readOnly: typed(z.boolean()).optional(),
});
export const VmConnection = z.object({
  /** ws(s)://…/terminal?vmId=…&terminalId=…&ticket=…&cols=…&rows=…: works once, within 30 s. */
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

/** What vm.watch yields: first every VM of the user, then each change. */
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
  /** When the hub last heard from the provider. */
  seenAt: z.number().nullable(),
  createdAt: z.number(),
});
export type Provider = z.infer<typeof Provider>;

/** What provider.watch yields: first every provider of the hub, then each change. */
export const ProviderEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('all'), providers: z.array(Provider) }),
  z.object({ type: z.literal('changed'), provider: Provider }),
]);
export type ProviderEvent = z.infer<typeof ProviderEvent>;

export const JoinToken = z.object({
  token: z.string(),
  expiresAt: z.number(),
  /** The command that the provider runs on the machine to be shared. */
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

/** Where this deployment can be reached: region and URL of each hub, this one included. */
export const SystemHubs = z.array(
  z.object({
    region: z.string().nullable(),
    /** http(s)://host[:port] */
    url: z.string(),
  }),
);
/** ticket: for HELLO on /consumer of any hub. It works once, within 30 s. */
export const SystemTicket = z.object({ ticket: z.string(), expiresAt: z.number() });

/** The output of procedures that return nothing. */
export const Done = z.object({});

/** The shape of every error, in REST bodies and in `error.data` of tRPC. */
export const ApiError = z.object({
  code: z.string(),
  message: z.string(),
  retryAfterMs: z.number().optional(),
});
