/** A process of typists. Each has a client and a terminal of its own, and types at moments of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createUniCore } from '@unicore/client/sdk';
import { percentile } from '../../lib/stats.ts';
import { now } from '../monotonic.ts';
import { serve } from '../processes/child.ts';
import { forwardedSocket } from './forwarded-socket.ts';
import { Keyboard } from './keyboard.ts';
import { Typist } from './typist.ts';

/** Where a typist types. */
export interface TypistPlace {
  /** The typist's number. */
  readonly typist: number;
  /** URL of the hub (http://…). */
  readonly url: string;
  readonly token: string;
  readonly vmId: string;
  readonly terminalId?: string;
  /** Starts an echoing program; undefined if the terminal already echoes. */
  readonly command?: string;
  /** The address that a proxy in front of the hub would report. */
  readonly address?: string;
}

/** Keys that were echoed: an entry per key in each list. Times are milliseconds of the monotonic clock. */
export interface Typed {
  readonly typists: readonly number[];
  /** When each key was due. */
  readonly due: readonly number[];
  /** Echo time of each key, counted from when it was due. */
  readonly tookMs: readonly number[];
  /** How late this process typed its keys, p99. Hubs do not cause this part of the echo time. */
  readonly lateMs: number;
  /** Keys that were lost, repeated or out of order, and terminals that ended. */
  readonly broken: readonly string[];
}

export type TypistCalls = {
  /** Connects these typists at the same time, in addition to earlier ones. Resolves when each has seen an echo. */
  connect(places: readonly TypistPlace[]): Promise<void>;
  /** Lets all typists type. everyMs: interval between two keys of each. */
  start(everyMs: number): void;
  /** Echo times of the keys that were echoed since the last call. */
  typed(): Typed;
  /** Stops typing, and waits up to this time for the last echoes. Returns how many keys have none. */
  stop(limitMs: number): Promise<number>;
  /** How many sockets were lost, and how often a terminal was shown as reconnecting although its socket was open. */
  losses(): { sockets: number; shown: number };
};

const LOOK_MS = 20;
/** How many broken rules are reported at once. */
const MOST_BROKEN = 10;

const all: Typist[] = [];
const lost = { sockets: 0, shown: 0 };
let [typists, due, took, late, broken]: [number[], number[], number[], number[], string[]] = [
  [],
  [],
  [],
  [],
  [],
];
let keyboard: Keyboard | undefined;

function connect({
  typist: number,
  url,
  token,
  vmId,
  terminalId,
  command,
  address,
}: TypistPlace): Promise<void> {
  const ready = Promise.withResolvers<void>();
  const unicore = createUniCore({
    url,
    getToken: () => token,
    ...(address !== undefined && { WebSocket: forwardedSocket(address) }),
  });
  unicore.onStatus((status) => {
    if (status === 'reconnecting') lost.sockets += 1;
  });
  const socket = unicore.openTerminal(vmId, terminalId === undefined ? {} : { terminalId });
  const typist: Typist = new Typist({
    socket,
    ...(command !== undefined && { command }),
    now,
    ready: () => typist.type(),
    echo(at, tookMs) {
      typists.push(number);
      due.push(at);
      took.push(tookMs);
      ready.resolve();
    },
    done() {},
    broken: (message) => broken.push(`Typist ${number}: ${message}`),
  });
  all.push(typist);
  socket.onstatus = (status) => {
    const isOnline = unicore.status === 'connected';
    if (isOnline && (status === 'reconnecting' || status === 'provider-offline')) lost.shown += 1;
  };
  return ready.promise;
}

const calls: TypistCalls = {
  async connect(places) {
    await Promise.all(places.map(connect));
  },
  start(everyMs) {
    calls.typed();
    keyboard = new Keyboard(all, everyMs, (ms) => late.push(ms));
    keyboard.start();
  },
  typed() {
    const lateMs = percentile(late, 0.99);
    const typed = { typists, due, tookMs: took, lateMs, broken: broken.slice(0, MOST_BROKEN) };
    [typists, due, took, late, broken] = [[], [], [], [], []];
    return typed;
  },
  async stop(limitMs) {
    keyboard?.stop();
    const pending = () => all.reduce((total, typist) => total + typist.pending, 0);
    for (let waited = 0; pending() > 0 && waited < limitMs; waited += LOOK_MS) await sleep(LOOK_MS);
    return pending();
  },
  losses: () => lost,
};
serve(calls);
