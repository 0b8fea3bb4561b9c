/**
 * Live lists: first all, then each change; all again where changes may have been missed. Changes gather by id while a
 * page is slow, so what waits for it is never more than one entry for each VM. Every new connection begins with all, so
 * events need no numbers.
 */
import { UniCoreError } from '@unicore/protocol';
import { ProviderEvent, VmEvent } from '@unicore/protocol/api';
import type { HubEvents } from '../events/index.ts';
import type { Loads, Providers, Sight } from '../provider/index.ts';
import type { ProviderRow, VmRow } from '../store/index.ts';
import type { Vms, VmViews } from '../vm/index.ts';
import type { Caller, WatchService } from './context.ts';

export interface WatchDeps {
  events: HubEvents;
  vms: Vms;
  views: VmViews;
  providers: Providers;
  loads: Loads;
}

export class Watch implements WatchService {
  readonly #deps: WatchDeps;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  async *vms({ user, sessionId }: Caller, signal: AbortSignal | undefined): AsyncGenerator<VmEvent> {
    const { events, vms, views } = this.#deps;
    const changes = new Changes<VmRow>(events, sessionId, signal);
    /** What the page has of each: a change that was told late is none. */
    const revs = new Map<string, number>();
    const listen = (vm: VmRow) => {
      if (vm.ownerId === user.userId) changes.add(vm.vmId, vm);
    };
    events.on('vm', listen);
    try {
      for await (const batch of changes.batches()) {
        if (batch === 'all') {
          const rows = await vms.list(user.userId);
          for (const { vmId, rev } of rows) revs.set(vmId, rev);
          yield VmEvent.parse({ type: 'all', vms: await views.all(rows) });
          continue;
        }
        const fresh = batch.filter(({ vmId, rev }) => rev >= (revs.get(vmId) ?? 0));
        for (const { vmId, rev } of fresh) revs.set(vmId, rev);
        const gone = fresh.filter(({ phase }) => phase === 'deleted');
        for (const { vmId } of gone) yield VmEvent.parse({ type: 'deleted', vmId });
        const changed = fresh.filter(({ phase }) => phase !== 'deleted');
        for (const vm of await views.all(changed)) yield VmEvent.parse({ type: 'changed', vm });
      }
    } finally {
      events.off('vm', listen);
      changes.close();
    }
  }

  async *providers({ sessionId }: Caller, signal: AbortSignal | undefined): AsyncGenerator<ProviderEvent> {
    const { events, providers, loads } = this.#deps;
    const changes = new Changes<{ row: ProviderRow; sight?: Sight }>(events, sessionId, signal);
    const rows = new Map<string, ProviderRow>();
    const listen = (row: ProviderRow) => {
      rows.set(row.providerId, row);
      changes.add(row.providerId, { row });
    };
    events.on('provider', listen);
    const stopLoads = loads.watch((sights) => {
      for (const [providerId, sight] of sights) {
        const row = rows.get(providerId);
        if (row) changes.add(providerId, { row, sight });
      }
    });
    try {
      for await (const batch of changes.batches()) {
        if (batch === 'all') {
          const all = await providers.list();
          for (const row of all) rows.set(row.providerId, row);
          yield ProviderEvent.parse({ type: 'all', providers: await providers.views(all) });
          continue;
        }
        for (const provider of await providers.views(...seen(batch)))
          yield ProviderEvent.parse({ type: 'changed', provider });
      }
    } finally {
      stopLoads();
      events.off('provider', listen);
      changes.close();
    }
  }
}

function seen(batch: { row: ProviderRow; sight?: Sight }[]): [ProviderRow[], Map<string, Sight>] {
  const sights = batch.flatMap(({ row, sight }) => (sight ? [[row.providerId, sight] as const] : []));
  return [batch.map(({ row }) => row), new Map(sights)];
}

/** What changed since it was last asked, newest state by id; ends with its listener or its session. */
class Changes<T> {
  readonly #pending = new Map<string, T>();
  readonly #events: HubEvents;
  readonly #sessionId: string;
  readonly #signal: AbortSignal | undefined;
  #allDue = true;
  #signedOut = false;
  #wake: () => void = () => {};

  constructor(events: HubEvents, sessionId: string, signal: AbortSignal | undefined) {
    this.#events = events;
    this.#sessionId = sessionId;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#aborted);
    events.on('sessionEnded', this.#sessionEnded);
    events.on('interrupted', this.#interrupted);
  }

  add(id: string, what: T): void {
    this.#pending.set(id, what);
    this.#wake();
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#aborted);
    this.#events.off('sessionEnded', this.#sessionEnded);
    this.#events.off('interrupted', this.#interrupted);
  }

  /** 'all': now, and whenever changes may have been missed. */
  async *batches(): AsyncGenerator<T[] | 'all'> {
    while (!this.#signal?.aborted) {
      if (this.#signedOut)
        throw new UniCoreError('UNAUTHENTICATED', 'This session was ended. Sign in again.');
      if (this.#allDue) {
        this.#allDue = false;
        // Whatever comes from here on may not be in the list.
        this.#pending.clear();
        yield 'all';
      } else if (this.#pending.size > 0) {
        const batch = [...this.#pending.values()];
        this.#pending.clear();
        yield batch;
      } else {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
    }
  }

  readonly #aborted = (): void => this.#wake();

  readonly #interrupted = (): void => {
    this.#allDue = true;
    this.#wake();
  };

  readonly #sessionEnded = (sessionId: string): void => {
    if (sessionId !== this.#sessionId) return;
    this.#signedOut = true;
    this.#wake();
  };
}
