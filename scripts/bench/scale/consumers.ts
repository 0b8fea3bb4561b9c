/** The process that runs all consumers. They connect, type, and report how long each echo took. */
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../lib/stats.ts';
import { serve } from '../../testing/processes/child.ts';
import type { Typist } from '../../testing/typist.ts';
import { Keyboard } from './keyboard.ts';
import { type ClientPlace, connectTypist } from './typing-client.ts';

export interface Typed {
  /** Echo time of each key, counted from when the key was due, ms. */
  readonly tookMs: readonly number[];
  /** How late this process typed its keys, p99, ms. Hubs do not cause this part of the echo time. */
  readonly lateMs: number;
}

export type ConsumerCalls = {
  /** Connects these consumers at the same time, in addition to earlier ones. Resolves when each has seen an echo. */
  connect(places: readonly ClientPlace[]): Promise<void>;
  /** Lets all consumers type. */
  start(): void;
  /** Echo times of the keys that were echoed since the last call. */
  typed(): Typed;
  /** Stops typing, and returns how many keys have no echo. */
  stop(): Promise<number>;
  /**
   * How many sockets were lost, how often a terminal was shown as reconnecting although its socket was open, and which
   * rules were broken.
   */
  losses(): { sockets: number; shown: number; broken: string[] };
};

/** Time for the last echoes, ms; a limit for hangs only. */
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
