/**
 * The dialog that shows the join command. Within ten minutes, one computer can run the command to become a
 * provider.
 */
import { createEffect, type JSX, Match, on, Show, Switch } from 'solid-js';
import { closeOverlay, createNow, failureOf, overlay } from '../base/index.ts';
import { useJoinToken } from '../data/index.ts';
import { Button, CopyableCommand, Dialog, DialogActions, Skeleton } from '../ui/index.ts';

/** Matches a loopback URL such as http://localhost. Other computers cannot reach a hub at such a URL. */
const LOOPBACK = /\/\/(localhost|127\.|\[::1\])/;

export function AddProviderDialog(): JSX.Element {
  const join = useJoinToken();
  const now = createNow();
  const open = (): boolean => overlay() === 'add-provider';
  const expired = (): boolean => join.isSuccess && join.data.expiresAt <= now();
  createEffect(on(open, (isOpen) => isOpen && join.mutate()));

  return (
    <Dialog
      open={open()}
      onClose={closeOverlay}
      title="Add a provider"
      description="Run this in a UniCore folder on the computer that you want to share. It connects out to this hub and opens no port."
      wide
    >
      <Switch fallback={<Skeleton class="h-10" />}>
        <Match when={join.isError}>
          <p class="text-fault text-sm" role="alert">
            {failureOf(join.error).message}
          </p>
        </Match>
        <Match when={join.isSuccess && join.data}>
          {(token) => (
            <>
              <CopyableCommand text={token().command} label="Copy the command" />
              <p class="mt-3 text-muted text-sm" role="status">
                {expired()
                  ? 'This command has expired. Make a new one.'
                  : `Works once, until ${new Date(token().expiresAt).toLocaleTimeString([], { timeStyle: 'short' })}. The provider then shows up in the list by itself.`}
              </p>
              <Show when={LOOPBACK.test(token().command)}>
                <p class="mt-2 text-sm text-wait">
                  Other computers cannot reach this hub yet: it has no public address. The README says how to
                  give it one.
                </p>
              </Show>
            </>
          )}
        </Match>
      </Switch>
      <DialogActions>
        <Button onClick={() => join.mutate()} busy={join.isPending}>
          New command
        </Button>
        <Button look="primary" onClick={closeOverlay}>
          Done
        </Button>
      </DialogActions>
    </Dialog>
  );
}
