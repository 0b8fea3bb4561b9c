/** The consumers, all in one process: they connect, type, and say how long each echo took. */
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../lib/stats.ts';
import { serve } from '../../testing/processes/child.ts';
import type { Typist } from '../../testing/typist.ts';
import { Keyboard } from './keyboard.ts';
import { type ClientPlace, connectTypist } from './typing-client.ts';

export interface Typed {
  /** From when each key was due to its echo, ms. */
  readonly tookMs: readonly number[];
  /** How late this process was with typing, p99, ms: of the above, what is no hub's doing. */
  readonly lateMs: number;
}

export type ConsumerCalls = {
  /** All at once, beside those that are here already; resolves when each has seen an echo. */
  connect(places: readonly ClientPlace[]): Promise<void>;
  /** Everybody types from now on. */
  start(): void;
  /** Of the keys that were echoed since it was asked last. */
  typed(): Typed;
  /** Nobody types any more; resolves with how many keys have no echo. */
  stop(): Promise<number>;
  /** How often a socket was lost, or a terminal shown as reconnecting without that; and what must not happen at all. */
  losses(): { sockets: number; shown: number; broken: string[] };
};

/** The last echoes may take so long; a limit for hangs only. */
const LAST_MS = 15_000;
const LOOK_MS = 20;

const typists: Typist[] = [];
const lost = { sockets: 0, shown: 0 };
const broken: string[] = [];
let took: number[] = [];
let late: number[] = [];
let keyboard: Keyboard | undefined;

const calls: ConsumerCalls = {
  async connect(places) {
    const fresh = places.map((place) => {
      return connectTypist(place, {
        echoed: (due) => took.push(performance.now() - due),
        lost: () => {
          lost.sockets += 1;
        },
        shownAway: () => {
          lost.shown += 1;
        },
        broken: (message) => broken.push(message),
      });
    });
    typists.push(...fresh.map(({ typist }) => typist));
    await Promise.all(fresh.map(({ ready }) => ready));
  },
  start() {
    took = [];
    late = [];
    keyboard = new Keyboard(typists, (ms) => late.push(ms));
    keyboard.start();
  },
  typed() {
    const typed = { tookMs: took, lateMs: percentile(late, 0.99) };
    took = [];
    late = [];
    return typed;
  },
  async stop() {
    keyboard?.stop();
    const pending = () => typists.reduce((total, typist) => total + typist.pending, 0);
    for (let waited = 0; pending() > 0 && waited < LAST_MS; waited += LOOK_MS) await sleep(LOOK_MS);
    return pending();
  },
  losses: () => ({ ...lost, broken: broken.slice(0, 10) }),
};
serve(calls);
