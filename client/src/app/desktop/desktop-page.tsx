/**
 * The page at /desktop. It shows the picture of the user's running desktop. Otherwise it shows how the desktop
 * starts or how it ended, or that there is none.
 */
import { createMemo, type JSX, Match, Show, Switch } from 'solid-js';
import { useTitle } from '../base/index.ts';
import { useDesktop, useReceipts } from '../data/index.ts';
import { Skeleton } from '../ui/index.ts';
import { EndedPanel, EndingPanel, ReceiptList, StartingPanel, StartPanel } from './panels/index.ts';
import { preloadScreen } from './screen/index.ts';
import { DesktopView } from './view/index.ts';

export function DesktopPage(): JSX.Element {
  const { known, live, actions } = useDesktop();
  const desktop = createMemo(() => known()?.desktop ?? undefined);
  const over = (): boolean => desktop()?.phase === 'ended' || desktop()?.phase === 'failed';
  // Each desktop that ends adds a receipt, so the receipts are loaded again.
  const receipts = useReceipts(() => (over() ? desktop()?.sessionId : undefined));
  const earlier = () =>
    (receipts.isPending ? [] : (receipts.data ?? [])).filter(
      ({ sessionId }) => sessionId !== desktop()?.sessionId,
    );
  /** The session id of the desktop, if it has a picture to show. */
  const running = createMemo(() => (desktop()?.phase === 'running' ? desktop()?.sessionId : undefined));
  useTitle(() => 'Desktop');
  preloadScreen();

  return (
    <Show
      when={running()}
      keyed
      fallback={
        <div class="grow overflow-y-auto px-4 sm:px-8 [scrollbar-gutter:stable]">
          <Switch fallback={<Waiting live={live()} />}>
            <Match when={desktop() && over() && desktop()}>
              {(last) => (
                <EndedPanel
                  desktop={last()}
                  receipts={receipts.isPending ? undefined : receipts.data}
                  create={actions.create}
                />
              )}
            </Match>
            <Match when={desktop()?.phase === 'ending' && desktop()}>
              {(ending) => <EndingPanel desktop={ending()} />}
            </Match>
            <Match when={desktop()}>
              {(starting) => (
                <StartingPanel desktop={starting()} phases={known()?.phases ?? []} end={actions.end} />
              )}
            </Match>
            <Match when={known()}>
              <StartPanel create={actions.create} />
            </Match>
          </Switch>
          <Show when={known() && (!desktop() || over())}>
            <ReceiptList receipts={earlier()} />
          </Show>
        </div>
      }
    >
      {(sessionId) => <DesktopView sessionId={sessionId} desktop={desktop()!} actions={actions} />}
    </Show>
  );
}

/** Shown until the hub has told whether the user has a desktop. */
function Waiting(props: { live: boolean }): JSX.Element {
  return (
    <div class="mx-auto grid max-w-lg justify-items-center gap-4 py-20" role="status">
      <Skeleton class="h-8 w-44" />
      <p class="text-muted text-sm">
        {props.live ? 'Asking the hub for your desktop …' : 'The hub does not answer. The page keeps asking.'}
      </p>
    </div>
  );
}
