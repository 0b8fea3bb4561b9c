/** The terminals of a running machine: the tabs, the active terminal and its connection state. */

import type { Vm } from '@unicore/protocol/api';
import { createMemo, createSignal, For, type JSX, mapArray, Show } from 'solid-js';
import { offerCommands, SHORTCUTS } from '../base/index.ts';
import { useCloseTerminal, useTerminals, useUniCore, useVmActions } from '../data/index.ts';
import { Button, IconButton, Plus, Search } from '../ui/index.ts';
import { CloseDialog } from './close-dialog.tsx';
import { MachineBar } from './machine-bar.tsx';
import { createSession, type Session } from './session.ts';
import { StatusLine } from './status-line.tsx';
import { createTabSet } from './tab-set.ts';
import { tabTitle } from './tab-title.ts';
import { panelId, Tabs, tabId } from './tabs.tsx';
import { ExternalLink } from './terminal-icons.ts';
import { TerminalView } from './terminal-view.tsx';
import { TouchKeys } from './touch-keys.tsx';

const WINDOW = 'popup,noopener,width=1000,height=680';

export function Workspace(props: { vm: Vm; provider: string | undefined; onDeleted(): void }): JSX.Element {
  const unicore = useUniCore();
  const { vmId } = props.vm;
  const { stop } = useVmActions();
  const closeTerminal = useCloseTerminal();
  const terminals = useTerminals(() => vmId);
  const tabs = createTabSet(() => {
    if (terminals.isSuccess) return terminals.data;
    return terminals.isError ? 'unreachable' : undefined;
  });
  const sessions = createMemo(mapArray(tabs.ids, (id) => createSession(unicore, vmId, id)));
  const front = createMemo(() => sessions().find(({ terminalId }) => terminalId === tabs.active()));
  const [finding, setFinding] = createSignal(false);
  const [closing, setClosing] = createSignal<string>();

  /**
   * Returns the title of a tab. If the program has set no title, returns a name that differs between tabs.
   */
  const title = (session: Session): string => {
    const { terminalId } = session;
    const told =
      session.title() || terminals.data?.find((terminal) => terminal.terminalId === terminalId)?.title;
    if (told) return tabTitle(told);
    return terminalId === 'main' ? 'main' : `shell ${tabs.ids().indexOf(terminalId) + 1}`;
  };
  const enter = (): void => front()?.screen.terminal.focus();
  const leave = (): void => document.getElementById(tabId(tabs.active()))?.focus();
  const openWindow = (): void => {
    window.open(`/vm/${vmId}?terminal=${tabs.active()}`, '_blank', WINDOW);
  };
  const close = (id: string): void => {
    tabs.remove(id);
    closeTerminal.mutate({ vmId, terminalId: id });
  };
  /**
   * Asks the user before it closes a terminal with a running shell. A terminal whose shell has ended is
   * closed at once.
   */
  const askToClose = (id: string): void => {
    if (
      sessions()
        .find(({ terminalId }) => terminalId === id)
        ?.ended()
    )
      close(id);
    else setClosing(id);
  };

  offerCommands(() => [
    { id: 'new-terminal', title: 'New terminal', keys: SHORTCUTS.newTerminal, run: tabs.add },
    { id: 'find', title: 'Find in the terminal', keys: SHORTCUTS.find, run: () => setFinding(true) },
    { id: 'next-terminal', title: 'Next terminal', keys: SHORTCUTS.next, run: () => tabs.move(1) },
    { id: 'close-terminal', title: 'Close this terminal', run: () => askToClose(tabs.active()) },
    { id: 'window', title: 'Open in a new window', run: openWindow },
    { id: 'stop', title: `Stop ${props.vm.name}`, run: () => stop.mutate(props.vm) },
  ]);

  return (
    <>
      <MachineBar
        vm={props.vm}
        onDeleted={props.onDeleted}
        actions={
          <>
            <IconButton
              label="Find"
              shortcut={SHORTCUTS.find}
              disabled={!front()}
              onClick={() => setFinding(true)}
            >
              <Search />
            </IconButton>
            <IconButton label="Open in a new window" disabled={!front()} onClick={openWindow}>
              <ExternalLink />
            </IconButton>
          </>
        }
      >
        <Tabs
          tabs={sessions().map((session) => ({
            id: session.terminalId,
            title: title(session),
            ended: session.ended() !== undefined,
          }))}
          active={tabs.active()}
          onChoose={tabs.choose}
          onEnter={enter}
          onClose={askToClose}
          onNew={tabs.add}
        />
      </MachineBar>
      <div class="flex min-h-0 grow flex-col bg-screen">
        <For each={sessions()}>
          {(session) => (
            <div
              id={panelId(session.terminalId)}
              role="tabpanel"
              aria-labelledby={tabId(session.terminalId)}
              class="flex min-h-0 grow flex-col"
              hidden={session !== front()}
            >
              <TerminalView
                session={session}
                label={`Terminal ${title(session)} on ${props.vm.name}. Press Control, Shift and Up to leave it.`}
                visible={session === front()}
                finding={finding() && session === front()}
                onFinding={setFinding}
                actions={{ newTerminal: tabs.add, move: tabs.move, leave }}
              />
            </div>
          )}
        </For>
        <Show when={terminals.isFetched && sessions().length === 0}>
          <div class="grid grow place-content-center justify-items-center gap-4">
            <p class="text-muted">No terminal is open.</p>
            <Button look="primary" onClick={tabs.add}>
              <Plus class="size-4" /> New terminal
            </Button>
          </div>
        </Show>
      </div>
      <Show when={front()} keyed>
        {(session) => (
          <>
            <TouchKeys terminal={session.screen.terminal} />
            <StatusLine session={session} vm={props.vm} provider={props.provider} />
          </>
        )}
      </Show>
      <CloseDialog
        open={closing() !== undefined}
        onCancel={() => setClosing(undefined)}
        onClose={() => {
          const id = closing();
          setClosing(undefined);
          if (id !== undefined) close(id);
        }}
      />
    </>
  );
}
