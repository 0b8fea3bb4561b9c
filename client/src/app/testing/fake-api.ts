/** A fake hub for component tests: lists in memory, answers that a test can replace, and an event stream. */
import type { Desktop, DesktopEvent, Provider, Receipt, Terminal, Vm, VmEvent } from '@unicore/protocol/api';
import type { UniCore } from '../../sdk/index.ts';
import type { FeedHandlers } from '../data/index.ts';
import { FakeDesktop } from './fake-desktop.ts';

type Handlers = FeedHandlers<VmEvent>;
type DesktopHandlers = FeedHandlers<DesktopEvent>;
type Call = { name: string; input: unknown };

export interface FakeHub {
  unicore: UniCore;
  vms: Vm[];
  providers: Provider[];
  terminals: Terminal[];
  user: { userId: string; name: string; role: string } | null;
  /** All mutations that were called so far. */
  calls: Call[];
  /** Errors by the name of the mutation that rejects with them. */
  errors: Map<string, Error>;
  joinCommand: string;
  tell(event: VmEvent): void;
  /** Round trips that the fake hub answers. hubMs: the answer of ping(). */
  path: { hubMs: number | null; providerMs: number | null; keeperMs: number | null; echoMs: number | null };
  /** True: requests fail as if the hub were unreachable. */
  down: boolean;
  /** Event streams that are open now. */
  streams: Set<Handlers>;
  /** The user's newest desktop. */
  desktop: Desktop | null;
  receipts: Receipt[];
  /** The channels beside the desktop's screen, the newest last. */
  beside: FakeDesktop[];
  desktopStreams: Set<DesktopHandlers>;
  openDesktop: UniCore['openDesktop'];
  /** Changes the desktop and tells the page. */
  tellDesktop(desktop: Desktop | null): void;
}

const SIZES = {
  small: { cpu: 1, memory: 512 * 2 ** 20 },
  medium: { cpu: 2, memory: 2 * 2 ** 30 },
  large: { cpu: 4, memory: 4 * 2 ** 30 },
};

/** Creates an error like those of the SDK's calls: a sentence as the message, and the code in `data`. */
export function apiError(code: string, message: string): Error {
  return Object.assign(new Error(message), { data: { code, message } });
}

export function fakeVm(vm: Partial<Vm> & { vmId: string }): Vm {
  return {
    name: vm.vmId,
    state: 'running',
    reason: null,
    providerId: 'p1',
    image: 'unicore/vm',
    size: 'small',
    isolation: 'container',
    createdAt: 1_000,
    updatedAt: 1_000,
    ...vm,
  };
}

export function fakeProvider(provider: Partial<Provider> & { providerId: string }): Provider {
  return {
    name: provider.providerId,
    state: 'online',
    runtime: 'docker',
    isolation: 'container',
    version: '0.1.0',
    cores: 8,
    memoryTotal: 16 * 2 ** 30,
    memoryFree: 12 * 2 ** 30,
    cpu: 0.25,
    vms: 0,
    seenAt: Date.now(),
    createdAt: 1_000,
    ...provider,
  };
}

export function fakeDesktop(desktop: Partial<Desktop> = {}): Desktop {
  return {
    sessionId: 'ds_1',
    jobName: 'vnc-u1-1000',
    url: 'ws://hub/vnc/ds_1',
    status: 'running',
    phase: 'running',
    phaseAt: Date.now(),
    code: null,
    reason: null,
    launcher: 'docker',
    isolation: 'container',
    scale: 1,
    createdAt: Date.now(),
    startedAt: Date.now(),
    expiresAt: Date.now() + 3_600_000,
    budget: null,
    cost: 0.0123,
    shared: false,
    ...desktop,
  };
}

export function fakeReceipt(receipt: Partial<Receipt> = {}): Receipt {
  return {
    sessionId: 'ds_1',
    jobName: 'vnc-u1-1000',
    launcher: 'docker',
    createdAt: 1_000,
    startedAt: 3_000,
    endedAt: 753_000,
    code: null,
    reason: 'You ended it.',
    cpuSeconds: 1_500,
    memorySeconds: 3_000,
    sentBytes: 3 * 2 ** 20,
    cost: 0.0334,
    proof: 'The container is removed.',
    ...receipt,
  };
}

export function fakeHub(): FakeHub {
  const mutation =
    <T>(name: string, answer: (input: never) => T) =>
    async (input: never): Promise<T> => {
      hub.calls.push({ name, input });
      const error = hub.errors.get(name);
      if (error) throw error;
      return answer(input);
    };
  const changed = (vmId: string, change: Partial<Vm>): Vm => {
    const vm = { ...hub.vms.find((other) => other.vmId === vmId)!, ...change };
    return { ...vm, updatedAt: vm.updatedAt + 1 };
  };
  const desktopChanged = (change: Partial<Desktop>): Desktop => {
    hub.desktop = fakeDesktop({ ...hub.desktop, ...change });
    return hub.desktop;
  };
  const api = {
    vnc: {
      create: {
        mutate: mutation('vnc.create', ({ scale = 1 }: { scale?: 1 | 2 }) =>
          desktopChanged({ status: 'starting', phase: 'reserved', scale, startedAt: null, expiresAt: null }),
        ),
      },
      delete: { mutate: mutation('vnc.delete', () => desktopChanged({ phase: 'ending' })) },
      extend: {
        mutate: mutation('vnc.extend', () =>
          desktopChanged({ expiresAt: (hub.desktop?.expiresAt ?? 0) + 3_600_000 }),
        ),
      },
      share: {
        mutate: mutation('vnc.share', () => ({ url: 'http://hub/desktop/shared#ds_1.secret' })),
      },
      unshare: { mutate: mutation('vnc.unshare', () => desktopChanged({ shared: false })) },
      receipts: { query: async () => hub.receipts },
      watch: {
        subscribe: (_input: undefined, handlers: DesktopHandlers) => {
          hub.desktopStreams.add(handlers);
          handlers.onData({ desktop: hub.desktop });
          return { unsubscribe: () => hub.desktopStreams.delete(handlers) };
        },
      },
    },
    vm: {
      list: { query: async () => hub.vms },
      create: {
        mutate: mutation('vm.create', (input: { name?: string }) =>
          fakeVm({ vmId: 'made', name: input.name ?? 'swift-heron', state: 'starting', createdAt: 9_000 }),
        ),
      },
      start: {
        mutate: mutation('vm.start', ({ vmId }: { vmId: string }) => changed(vmId, { state: 'starting' })),
      },
      stop: {
        mutate: mutation('vm.stop', ({ vmId }: { vmId: string }) => changed(vmId, { state: 'stopping' })),
      },
      rename: {
        mutate: mutation('vm.rename', ({ vmId, name }: { vmId: string; name: string }) =>
          changed(vmId, { name }),
        ),
      },
      delete: {
        mutate: mutation('vm.delete', ({ vmId }: { vmId: string }) => changed(vmId, { state: 'deleting' })),
      },
      terminals: { query: async () => hub.terminals },
      path: {
        query: async () => {
          const { hubMs: _, ...path } = hub.path;
          return path;
        },
      },
      closeTerminal: { mutate: mutation('vm.closeTerminal', () => ({})) },
      watch: {
        subscribe: (_input: undefined, handlers: Handlers) => {
          hub.streams.add(handlers);
          return { unsubscribe: () => hub.streams.delete(handlers) };
        },
      },
    },
    provider: {
      list: { query: async () => hub.providers },
      joinToken: {
        mutate: mutation('provider.joinToken', () => ({
          token: 'secret',
          expiresAt: Date.now() + 600_000,
          command: hub.joinCommand,
        })),
      },
    },
    system: {
      info: {
        query: async () => {
          if (hub.down) throw new TypeError('Failed to fetch');
          return {
            version: '0.1.0',
            user: hub.user,
            url: 'http://hub',
            sizes: SIZES,
            defaultImage: 'unicore/vm',
          };
        },
      },
    },
  };
  const hub: FakeHub = {
    unicore: {
      api: api as unknown as UniCore['api'],
      openTerminal: () => notHere(),
      openDesktop: (...wish) => hub.openDesktop(...wish),
      openCdp: () => notHere(),
      desktop: (_sessionId, handler = {}) => {
        const beside = new FakeDesktop(handler);
        hub.beside.push(beside);
        return beside.desktop;
      },
      ping: async () => hub.path.hubMs,
      status: 'connected',
      hubs: [],
      onStatus: () => () => {},
      close: () => {},
    },
    vms: [],
    providers: [fakeProvider({ providerId: 'p1', name: 'studio' })],
    terminals: [],
    user: { userId: 'u1', name: 'ada', role: 'owner' },
    calls: [],
    joinCommand: 'npm run agent -- join http://hub secret',
    path: { hubMs: 4, providerMs: 10, keeperMs: 0.3, echoMs: 1.4 },
    errors: new Map(),
    down: false,
    tell: (event) => {
      for (const { onData } of hub.streams) onData(event);
    },
    streams: new Set(),
    desktop: null,
    receipts: [],
    beside: [],
    desktopStreams: new Set(),
    openDesktop: () => notHere(),
    tellDesktop: (desktop) => {
      hub.desktop = desktop;
      for (const { onData } of hub.desktopStreams) onData({ desktop });
    },
  };
  return hub;
}

function notHere(): never {
  throw new Error('not in this fake');
}
