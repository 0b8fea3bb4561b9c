/** The panel that says where a desktop runs, how it is isolated, and what it costs. */
import type { Desktop, Launcher } from '@unicore/protocol/api';
import { type JSX, Show } from 'solid-js';
import { ShieldOff } from '../../ui/index.ts';
import { BarPopover } from '../bar-popover.tsx';
import { ShieldCheck } from '../desktop-icons.ts';
import { dollars } from '../format.ts';

const PLACES: Record<Launcher, string> = {
  docker: 'In a container on a computer of yours.',
  process: 'As programs on a computer of yours, beside its other programs.',
  'cloud-run': 'In a container of its own at Google Cloud Run.',
};

/** What each class of isolation means, in words for users. */
const WALLS: Record<string, string> = {
  sandboxed:
    'The browser is isolated: pages reach the internet, but neither files of that computer nor its network.',
  unsandboxed:
    'That computer cannot isolate the browser. A harmful page could reach its files and its network. Open only pages that you trust.',
};

export function AboutPopover(props: { desktop: Desktop; onClose(): void }): JSX.Element {
  const isWeak = (): boolean => props.desktop.isolation !== null && props.desktop.isolation !== 'sandboxed';
  return (
    <BarPopover
      label={isWeak() ? 'About this desktop: not isolated' : 'About this desktop'}
      icon={
        <Show when={isWeak()} fallback={<ShieldCheck />}>
          <ShieldOff class="text-wait" />
        </Show>
      }
      onClose={props.onClose}
    >
      <dl class="mt-3 grid gap-3">
        <Fact name="Safety">
          <span classList={{ 'text-wait': isWeak() }}>
            {WALLS[props.desktop.isolation ?? ''] ?? 'It is not known yet how the browser is isolated.'}
          </span>
        </Fact>
        <Fact name="Place">{props.desktop.launcher ? PLACES[props.desktop.launcher] : 'Not known yet.'}</Fact>
        <Fact name="Cost">
          {dollars(props.desktop.cost)} when the hub last counted
          {props.desktop.budget === null ? '' : `, of at most ${dollars(props.desktop.budget)}`}. The receipt
          at the end is exact.
        </Fact>
        <Fact name="Rest">Without a key, a click or a program for 15 minutes, it ends.</Fact>
      </dl>
    </BarPopover>
  );
}

function Fact(props: { name: string; children: JSX.Element }): JSX.Element {
  return (
    <div>
      <dt class="text-muted text-xs">{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
