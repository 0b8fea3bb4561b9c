/** The panel with which the user makes or ends a link. Anybody with the link may watch the desktop. */
import type { Desktop } from '@unicore/protocol/api';
import { createSignal, type JSX, Match, Show, Switch } from 'solid-js';
import type { DesktopActions } from '../../data/index.ts';
import { Button, CopyableCommand } from '../../ui/index.ts';
import { BarPopover } from '../bar-popover.tsx';
import { Share } from '../desktop-icons.ts';

interface SharePopoverProps {
  desktop: Desktop;
  actions: DesktopActions;
  onClose(): void;
}

export function SharePopover(props: SharePopoverProps): JSX.Element {
  /** The link. The hub shows it only once, so it is unknown after the page was loaded again. */
  const [url, setUrl] = createSignal<string>();
  const make = (): void =>
    props.actions.share.mutate(props.desktop, { onSuccess: (link) => setUrl(link.url) });
  const end = (): void => props.actions.unshare.mutate(props.desktop, { onSuccess: () => setUrl(undefined) });
  const isShared = (): boolean => props.desktop.shared || url() !== undefined;
  return (
    <BarPopover label="Share" icon={<Share />} isMarked={isShared()} onClose={props.onClose}>
      <p class="mt-1 text-muted">
        Anybody with the link can watch, without an account: the picture only, no keys, texts or files. It
        works until this desktop ends.
      </p>
      <div class="mt-3 grid gap-2">
        <Switch>
          <Match when={url()}>{(link) => <CopyableCommand text={link()} label="Copy the link" />}</Match>
          <Match when={isShared()}>
            <p>There is a link. It is shown only once, to the page that made it.</p>
          </Match>
        </Switch>
        <Show when={url() === undefined}>
          <Button
            look={isShared() ? 'secondary' : 'primary'}
            busy={props.actions.share.isPending}
            onClick={make}
          >
            {isShared() ? 'Replace it with a new link' : 'Make a link'}
          </Button>
        </Show>
        <Show when={isShared()}>
          <Button busy={props.actions.unshare.isPending} onClick={end}>
            Stop sharing
          </Button>
        </Show>
      </div>
    </BarPopover>
  );
}
