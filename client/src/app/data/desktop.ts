/** The user's desktop: what the subscription vnc.watch tells, the actions, and the receipts. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import type { Desktop, DesktopEvent, Receipt } from '@unicore/protocol/api';
import { type Accessor, createSignal } from 'solid-js';
import type { UniCore } from '../../sdk/index.ts';
import { applyDesktop, type KnownDesktop } from './desktop-events.ts';
import { follow } from './feed.ts';
import { useUniCore } from './unicore.tsx';

/** Pause before receipts are requested again, ms. */
const RETRY_MS = 2_000;

type Wish = Parameters<UniCore['api']['vnc']['create']['mutate']>[0];

export type DesktopActions = ReturnType<typeof useDesktop>['actions'];

/**
 * Follows the user's desktop until the calling component is removed. `known` is undefined until the first event.
 * `live` is true while changes arrive.
 */
export function useDesktop() {
  const unicore = useUniCore();
  const queries = useQueryClient();
  const { vnc } = unicore.api;
  const [known, setKnown] = createSignal<KnownDesktop>();
  const apply = (desktop: Desktop | null): void => {
    setKnown((before) => applyDesktop(before, desktop));
  };
  const live = follow<DesktopEvent>({
    subscribe: (handlers) => vnc.watch.subscribe(undefined, handlers),
    apply: ({ desktop }) => apply(desktop),
    // The user may be signed out, so the page requests the sign-in state again.
    refused: () => queries.invalidateQueries({ queryKey: ['system'] }),
    onHub: (back) => unicore.onStatus((status) => status === 'connected' && back()),
  });
  const actions = {
    create: useMutation(() => ({ mutationFn: (wish: Wish) => vnc.create.mutate(wish), onSuccess: apply })),
    end: useMutation(() => ({
      mutationFn: (desktop: Desktop) => vnc.delete.mutate(ref(desktop)),
      onSuccess: apply,
      meta: { failed: 'The desktop was not ended' },
    })),
    share: useMutation(() => ({
      mutationFn: (desktop: Desktop) => vnc.share.mutate(ref(desktop)),
      meta: { failed: 'The desktop was not shared' },
    })),
    unshare: useMutation(() => ({
      mutationFn: (desktop: Desktop) => vnc.unshare.mutate(ref(desktop)),
      meta: { failed: 'The desktop is still shared' },
    })),
    extend: useMutation(() => ({
      mutationFn: (desktop: Desktop) => vnc.extend.mutate(ref(desktop)),
      onSuccess: apply,
      meta: { failed: 'The desktop was not extended' },
    })),
  };
  return { known, live, actions };
}

/**
 * The receipts of the user's desktops, the newest first. ended: the id of a desktop whose receipt must be among
 * them. They are requested again until it is.
 */
export function useReceipts(ended: Accessor<string | undefined>) {
  const { api } = useUniCore();
  return useQuery(() => ({
    queryKey: ['receipts', ended()],
    queryFn: () => api.vnc.receipts.query(),
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => {
      const isThere = ({ sessionId }: Receipt): boolean => sessionId === ended();
      return ended() === undefined || state.data?.some(isThere) ? false : RETRY_MS;
    },
  }));
}

function ref({ sessionId }: Desktop): { sessionId: string } {
  return { sessionId };
}
