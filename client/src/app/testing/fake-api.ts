/** A fake hub for component tests: lists in memory, answers that a test can replace, and an event stream. */
import type { Provider, Terminal, Vm, VmEvent } from '@unicore/protocol/api';
import type { UniCore } from '../../sdk/index.ts';
import type { FeedHandlers } from '../data/index.ts';

type Handlers = FeedHandlers<VmEvent>;
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
  const api = {
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
      openDesktop: () => notHere(),
      openCdp: () => notHere(),
      desktop: () => notHere(),
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
  };
  return hub;
}

function notHere(): never {
  throw new Error('not in this fake');
}
