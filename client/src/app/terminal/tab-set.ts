/** The open tabs of a machine, and which of the tabs is active. */
import { useSearchParams } from '@solidjs/router';
import type { Terminal } from '@unicore/protocol/api';
import { type Accessor, createEffect, createMemo, createSignal, on } from 'solid-js';

const MAIN = 'main';
const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;
const ID_LENGTH = 6;

export interface TabSet {
  ids: Accessor<readonly string[]>;
  /** Id of the active terminal; '' while there is no tab. */
  active: Accessor<string>;
  choose(id: string): void;
  /**
   * Activates another tab. by: how many places to the right of the active tab; a negative number means to the
   * left. Wraps around at the ends.
   */
  move(by: number): void;
  add(): void;
  remove(id: string): void;
}

/**
 * listed: the machine's list of terminals; undefined while it is unknown; 'unreachable' while the provider
 * does not answer.
 */
export function createTabSet(listed: Accessor<readonly Terminal[] | 'unreachable' | undefined>): TabSet {
  const [search, setSearch] = useSearchParams<{ terminal?: string }>();
  const [ids, setIds] = createSignal<readonly string[]>([]);
  // Ids of terminals that the user has closed. The machine's list may still contain them for a moment.
  const closed = new Set<string>();

  const wanted = (): string | undefined => {
    const id = search.terminal;
    return id !== undefined && ID.test(id) && !closed.has(id) ? id : undefined;
  };
  const active = createMemo(() => {
    const id = wanted();
    return id !== undefined && ids().includes(id) ? id : (ids()[0] ?? '');
  });
  const choose = (id: string): void => setSearch({ terminal: id }, { replace: true });

  createEffect(
    on(listed, (terminals) => {
      if (terminals === undefined) return;
      const first = ids().length === 0 && closed.size === 0;
      const known =
        terminals === 'unreachable' ? [] : [...terminals].sort((a, b) => a.createdAt - b.createdAt);
      const found = known.map(({ terminalId }) => terminalId).filter((id) => !closed.has(id));
      const shown = first ? [wanted()].filter((id) => id !== undefined) : ids();
      // Tabs have the same order as the machine's list. Tabs that are not in the list come last.
      const all = [...found, ...shown.filter((id) => !found.includes(id))];
      setIds(all.length === 0 && first ? [MAIN] : all);
    }),
  );

  return {
    ids,
    active,
    choose,
    move(by) {
      const all = ids();
      const id = all[(all.indexOf(active()) + by + all.length) % all.length];
      if (id !== undefined) choose(id);
    },
    add() {
      const id = randomId();
      setIds([...ids(), id]);
      choose(id);
    },
    remove(id) {
      closed.add(id);
      const at = ids().indexOf(id);
      const left = ids().filter((other) => other !== id);
      const next = active() === id ? (left[Math.min(at, left.length - 1)] ?? '') : active();
      setIds(left);
      setSearch({ terminal: next || undefined }, { replace: true });
    },
  };
}

function randomId(): string {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(ID_LENGTH)), (byte) =>
    (byte % 36).toString(36),
  );
  return `t${letters.join('')}`;
}
