/** One row in the list of providers: state, isolation and load. */

import type { Provider } from '@unicore/protocol/api';
import { type JSX, Show } from 'solid-js';
import { age, bytes, plural } from '../base/index.ts';
import { IsolationBadge } from '../machines/index.ts';
import { Chip } from '../ui/index.ts';
import { providerView } from './provider-state-view.ts';

export function ProviderRow(props: { provider: Provider; now: number }): JSX.Element {
  const view = () => providerView(props.provider);
  const memoryUsed = (): number | undefined => {
    const { memoryTotal, memoryFree } = props.provider;
    return memoryTotal === null || memoryFree === null ? undefined : memoryTotal - memoryFree;
  };
  return (
    <li
      class="grid items-center gap-x-8 gap-y-4 px-4 py-4 sm:px-5 md:grid-cols-[1fr_auto]"
      data-provider-id={props.provider.providerId}
    >
      <div class="min-w-0">
        <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 class="truncate font-semibold tracking-tight">{props.provider.name}</h2>
          <Chip tone={view().tone} busy={view().tone === 'wait'}>
            {view().label}
          </Chip>
        </div>
        <p class="mt-1.5 flex flex-wrap gap-x-4 gap-y-1 text-[13px] text-muted">
          <Show when={props.provider.isolation} fallback={<span>Not connected yet</span>}>
            {(isolation) => <IsolationBadge isolation={isolation()} />}
          </Show>
          <span>{plural(props.provider.vms, 'machine')}</span>
          <Show when={props.provider.version}>{(version) => <span>agent {version()}</span>}</Show>
          <Show when={props.provider.seenAt}>
            {(seen) => (
              <time datetime={new Date(seen()).toISOString()} title={new Date(seen()).toLocaleString()}>
                heard {age(seen(), props.now)}
              </time>
            )}
          </Show>
        </p>
        <Show when={view().meaning}>
          <p class="mt-1.5 text-sm">{view().meaning}</p>
        </Show>
      </div>
      <div class="flex gap-6">
        <Meter
          label="CPU"
          share={props.provider.cpu}
          text={props.provider.cores === null ? undefined : `of ${plural(props.provider.cores, 'core')}`}
        />
        <Meter
          label="Memory"
          share={memoryUsed() === undefined ? null : memoryUsed()! / props.provider.memoryTotal!}
          text={memoryUsed() === undefined ? undefined : `of ${bytes(props.provider.memoryTotal!)}`}
        />
      </div>
    </li>
  );
}

/** A bar that shows a load. share: the load from 0 to 1; null while it is unknown. */
function Meter(props: { label: string; share: number | null; text: string | undefined }): JSX.Element {
  const percent = (): number => Math.round(Math.min(1, props.share ?? 0) * 100);
  return (
    <div class="w-36 max-sm:grow">
      <div class="flex items-baseline justify-between gap-2 text-xs">
        <span class="font-medium">{props.label}</span>
        <span class="text-muted tabular-nums">
          {props.share === null ? 'unknown' : `${percent()} % ${props.text ?? ''}`}
        </span>
      </div>
      <div class="mt-1.5 h-1.5 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
        <div
          class="h-full rounded-full bg-ink transition-[width] duration-500"
          style={{ width: `${percent()}%` }}
        />
      </div>
    </div>
  );
}
