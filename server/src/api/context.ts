/**
 * What each procedure is given: its caller, and the functions that it may call. These are plain types, so that clients
 * need no code of the hub.
 */
import type { HubPlace } from '@unicore/protocol';
import type {
  Provider,
  ProviderEvent,
  SystemTicket,
  Terminal,
  TerminalPath,
  Vm,
  VmConnect,
  VmConnection,
  VmCreate,
  VmEvent,
  VmResize,
} from '@unicore/protocol/api';
import type {
  AgentChallenge,
  AgentJoin,
  AgentProof,
  AgentToken,
  ProviderRef,
} from '@unicore/protocol/control';
import type { z } from 'zod';

export interface Context {
  services: Services;
  /** The user that a cookie or bearer token proved; undefined: the request brought neither. */
  caller: Caller | undefined;
  /** The address that the request came from. */
  address: string;
  /** ws:// or wss:// URL of this hub, as the caller reaches it. */
  socketUrl: string;
}

export interface Caller {
  user: { userId: string; name: string; role: 'owner' | 'member' };
  /** Id of the cookie session or bearer token that a logout ends. */
  sessionId: string;
}

/** Functions that procedures call; a hub has one of each. They reject with UniCoreErrors. */
export interface Services {
  vms: VmService;
  terminals: TerminalService;
  providers: ProviderService;
  credentials: CredentialService;
  watch: WatchService;
  tickets: {
    issue(grant: {
      kind: 'consumer';
      userId: string;
      sessionId: string;
    }): Promise<z.output<typeof SystemTicket>>;
  };
  regions: {
    readonly list: readonly HubPlace[];
    /**
     * The parent domain that all hubs share; undefined if all are under this hub's host name, or strangers may share
     * it.
     */
    readonly family: string | undefined;
  };
  joinLimit: RateLimit;
  proofLimit: RateLimit;
  system: { version: string; url: string; defaultImage: string };
}

/** The VMs of one user, as that user sees them. */
export interface VmService {
  create(userId: string, wish: z.output<typeof VmCreate>): Promise<Vm>;
  list(userId: string): Promise<Vm[]>;
  get(userId: string, vmId: string): Promise<Vm>;
  start(userId: string, vmId: string): Promise<Vm>;
  stop(userId: string, vmId: string): Promise<Vm>;
  delete(userId: string, vmId: string): Promise<Vm>;
  rename(userId: string, vmId: string, name: string): Promise<Vm>;
}

export interface TerminalService {
  connect(
    caller: Caller,
    wish: z.output<typeof VmConnect>,
    socketUrl: string,
  ): Promise<z.output<typeof VmConnection>>;
  resize(userId: string, wish: z.output<typeof VmResize>): Promise<void>;
  list(userId: string, vmId: string): Promise<Terminal[]>;
  close(userId: string, vmId: string, terminalId: string): Promise<void>;
  path(userId: string, vmId: string, terminalId?: string): Promise<z.output<typeof TerminalPath>>;
}

export interface ProviderService {
  list(): Promise<Provider[]>;
  get(providerId: string): Promise<Provider>;
  joinToken(user: Caller['user']): Promise<{ token: string; expiresAt: number }>;
  join(wish: z.output<typeof AgentJoin>): Promise<ProviderRef>;
}

export interface CredentialService {
  challenge(providerId: string): Promise<AgentChallenge>;
  token(proof: AgentProof): Promise<AgentToken>;
}

/** Live lists. Each one ends when its signal aborts. */
export interface WatchService {
  vms(caller: Caller, signal: AbortSignal | undefined): AsyncGenerator<VmEvent>;
  providers(caller: Caller, signal: AbortSignal | undefined): AsyncGenerator<ProviderEvent>;
}

export interface RateLimit {
  /** Counts one call from this address; throws RATE_LIMITED beyond the limit. */
  use(address: string): Promise<void>;
}
