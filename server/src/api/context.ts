/**
 * The context that each API procedure gets: its caller, and the functions that it may call. The context has
 * plain types only, so that clients can use the API's types without the code of the hub.
 */
import type { HubPlace } from '@unicore/protocol';
import type {
  Control,
  Desktop,
  DesktopEvent,
  Provider,
  ProviderEvent,
  Receipt,
  SystemTicket,
  Terminal,
  TerminalPath,
  Vm,
  VmConnect,
  VmConnection,
  VmCreate,
  VmEvent,
  VmResize,
  VncConnect,
  VncConnection,
  VncControl,
  VncCreate,
  VncGuest,
  VncGuestPass,
  VncScreenshot,
  VncSession,
  VncShare,
} from '@unicore/protocol/api';
import type {
  AgentBoot,
  AgentChallenge,
  AgentJoin,
  AgentProof,
  AgentToken,
  ProviderRef,
} from '@unicore/protocol/control';
import type { z } from 'zod';

export interface Context {
  services: Services;
  /**
   * The user to whom the request's cookie or bearer token belongs. Undefined if the request has neither, or
   * has an invalid cookie.
   */
  caller: Caller | undefined;
  /** IP address of the client that sent the request. */
  address: string;
  /** WebSocket URL (ws:// or wss://) at which the caller reaches this hub. */
  socketUrl: string;
}

export interface Caller {
  user: { userId: string; name: string; role: 'owner' | 'member' };
  /** Id of the caller's cookie session or bearer token. A logout ends the session or token with this id. */
  sessionId: string;
}

/**
 * The functions that API procedures call, grouped by subject. A function that fails rejects with a
 * UniCoreError.
 */
export interface Services {
  vms: VmService;
  terminals: TerminalService;
  desktops: DesktopService;
  providers: ProviderService;
  credentials: CredentialService;
  /** Registers the key of a desktop on Cloud Run. */
  boot(wish: z.output<typeof AgentBoot>): Promise<ProviderRef>;
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
     * The parent domain that the public URLs of all hubs share. A new agent may trust every hub under this
     * domain. Undefined if all hubs are under this hub's own host name anyway, or if strangers may also have
     * hosts in the parent domain.
     */
    readonly family: string | undefined;
  };
  joinLimit: RateLimit;
  proofLimit: RateLimit;
  guestLimit: RateLimit;
  system: { version: string; url: string; defaultImage: string };
}

/** Functions that list, create and change the VMs of one user. */
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

/** Functions for the desktop of one user. socketUrl: WebSocket URL at which the caller reaches this hub. */
export interface DesktopService {
  create(userId: string, wish: z.output<typeof VncCreate>, socketUrl: string): Promise<Desktop>;
  session(userId: string, socketUrl: string): Promise<Desktop>;
  end(userId: string, sessionId: string, socketUrl: string): Promise<Desktop>;
  extend(userId: string, sessionId: string, socketUrl: string): Promise<Desktop>;
  connect(
    caller: Caller,
    wish: z.output<typeof VncConnect>,
    socketUrl: string,
  ): Promise<z.output<typeof VncConnection>>;
  control(userId: string, wish: z.output<typeof VncControl>): Promise<Control>;
  /** Makes a link with which anybody may watch, in place of an earlier one. */
  share(userId: string, sessionId: string, socketUrl: string): Promise<z.output<typeof VncShare>>;
  /** Ends the link, and the connections of those who watch by it. */
  unshare(userId: string, sessionId: string, socketUrl: string): Promise<Desktop>;
  guest(wish: z.output<typeof VncGuest>, socketUrl: string): Promise<z.output<typeof VncGuestPass>>;
  screenshot(userId: string, sessionId: string): Promise<z.output<typeof VncScreenshot>>;
  receipts(userId: string): Promise<Receipt[]>;
  /** The same in the names of the first specification. */
  restCreate(userId: string, wish: z.output<typeof VncCreate>, socketUrl: string): Promise<VncSession>;
  restSession(userId: string, socketUrl: string): Promise<VncSession>;
  restEnd(userId: string, sessionId: string, socketUrl: string): Promise<VncSession>;
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

/** Event streams that send a list and then its changes. A stream ends when its signal aborts. */
export interface WatchService {
  vms(caller: Caller, signal: AbortSignal | undefined): AsyncGenerator<VmEvent>;
  providers(caller: Caller, signal: AbortSignal | undefined): AsyncGenerator<ProviderEvent>;
  desktop(caller: Caller, socketUrl: string, signal: AbortSignal | undefined): AsyncGenerator<DesktopEvent>;
}

export interface RateLimit {
  /** Counts one call from this client address. Throws RATE_LIMITED if the address has made too many calls. */
  use(address: string): Promise<void>;
}
