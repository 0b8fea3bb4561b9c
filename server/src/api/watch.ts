/**
 * Live lists: first all, then each change. Changes gather by id while a page is slow, so what waits for it is never
 * more than one entry for each VM. Every new connection begins with all, so events need no numbers.
 */
import { UniCoreError } from '@unicore/protocol';
import type { z } from 'zod';
import type { Caller } from '../auth/local.ts';
import type { HubEvents } from '../events.ts';
import type { Providers } from '../provider/providers.ts';
import type { ProviderRow, VmRow } from '../store/rows.ts';
import type { VmViews } from '../vm/view.ts';
import type { Vms } from '../vm/vms.ts';
import { ProviderEvent, VmEvent } from './schemas.ts';

export interface WatchDeps {
  events: HubEvents;
  vms: Vms;
  views: VmViews;
  providers: Providers;
}

export class Watch {
  readonly #deps: WatchDeps;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  async *vms(
    { user, sessionId }: Caller,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<z.infer<typeof VmEvent>> {
    const { events, vms, views } = this.#deps;
    const changes = new Changes<VmRow>(events, sessionId, signal);
    const listen = (vm: VmRow) => {
      if (vm.ownerId === user.userId) changes.add(vm.vmId, vm);
    };
    events.on('vm', listen);
    try {
      yield VmEvent.parse({ type: 'all', vms: await views.all(await vms.list(user.userId)) });
      for await (const batch of changes.batches()) {
        const gone = batch.filter(({ phase }) => phase === 'deleted');
        for (const { vmId } of gone) yield VmEvent.parse({ type: 'deleted', vmId });
        const changed = batch.filter(({ phase }) => phase !== 'deleted');
        for (const vm of await views.all(changed)) yield VmEvent.parse({ type: 'changed', vm });
      }
    } finally {
      events.off('vm', listen);
      changes.close();
    }
  }

  async *providers(
    { sessionId }: Caller,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<z.infer<typeof ProviderEvent>> {
    const { events, providers } = this.#deps;
    const changes = new Changes<ProviderRow>(events, sessionId, signal);
    const listen = (provider: ProviderRow) => changes.add(provider.providerId, provider);
    events.on('provider', listen);
    try {
      yield ProviderEvent.parse({ type: 'all', providers: await providers.views(await providers.list()) });
      for await (const batch of changes.batches()) {
        for (const provider of await providers.views(batch))
          yield ProviderEvent.parse({ type: 'changed', provider });
      }
    } finally {
      events.off('provider', listen);
      changes.close();
    }
  }
}

/** What changed since it was last asked, newest state by id; ends with its listener or its session. */
class Changes<T> {
  readonly #pending = new Map<string, T>();
  readonly #events: HubEvents;
  readonly #sessionId: string;
  readonly #signal: AbortSignal | undefined;
  #signedOut = false;
  #wake: () => void = () => {};

  constructor(events: HubEvents, sessionId: string, signal: AbortSignal | undefined) {
    this.#events = events;
    this.#sessionId = sessionId;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#aborted);
    events.on('sessionEnded', this.#sessionEnded);
  }

  add(id: string, what: T): void {
    this.#pending.set(id, what);
    this.#wake();
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#aborted);
    this.#events.off('sessionEnded', this.#sessionEnded);
  }

  async *batches(): AsyncGenerator<T[]> {
    while (!this.#signal?.aborted) {
      if (this.#signedOut)
        throw new UniCoreError('UNAUTHENTICATED', 'This session was ended. Sign in again.');
      if (this.#pending.size > 0) {
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

  readonly #sessionEnded = (sessionId: string): void => {
    if (sessionId !== this.#sessionId) return;
    this.#signedOut = true;
    this.#wake();
  };
}
