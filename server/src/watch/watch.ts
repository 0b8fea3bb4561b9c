/**
 * Live lists. A live list first sends all entries, and then each change. It sends all entries again when
 * changes may have been lost. For a slow client, changes with the same id are merged, so the queue never
 * holds more than one entry per VM. Every new connection begins with all entries, so events need no sequence
 * numbers.
 */
import { DesktopEvent, ProviderEvent, VmEvent } from '@unicore/protocol/api';
import type { Caller, WatchService } from '../api/index.ts';
import type { Desktops, DesktopViews } from '../desktop/index.ts';
import type { HubEvents } from '../events/index.ts';
import type { Loads, Providers, Sight } from '../provider/index.ts';
import type { DesktopRow, ProviderRow, VmRow } from '../store/index.ts';
import type { Vms, VmViews } from '../vm/index.ts';
import { Changes } from './changes.ts';

export interface WatchDeps {
  events: HubEvents;
  vms: Vms;
  views: VmViews;
  providers: Providers;
  loads: Loads;
  desktops: Desktops;
  desktopViews: DesktopViews;
}

export class Watch implements WatchService {
  readonly #deps: WatchDeps;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  async *vms({ user, sessionId }: Caller, signal: AbortSignal | undefined): AsyncGenerator<VmEvent> {
    const { events, vms, views } = this.#deps;
    const changes = new Changes<VmRow>(events, sessionId, signal);
    /**
     * For each VM, the newest revision that the client has received. An event with an older revision that
     * arrives late is skipped.
     */
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

  async *desktop(
    { user, sessionId }: Caller,
    socketUrl: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<DesktopEvent> {
    const { events, desktops, desktopViews } = this.#deps;
    const changes = new Changes<DesktopRow>(events, sessionId, signal);
    let newest = 0;
    const listen = (row: DesktopRow) => {
      if (row.userId === user.userId) changes.add(row.userId, row);
    };
    events.on('desktop', listen);
    try {
      for await (const batch of changes.batches()) {
        const [row] = batch === 'all' ? [await desktops.last(user.userId)] : batch;
        // An event with an older revision that arrives late is skipped.
        if (row && row.rev < newest) continue;
        newest = row?.rev ?? 0;
        yield DesktopEvent.parse({ desktop: row ? desktopViews.one(row, socketUrl) : null });
      }
    } finally {
      events.off('desktop', listen);
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
