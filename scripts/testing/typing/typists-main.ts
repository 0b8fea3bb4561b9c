/**
 * Runs many typists in one process. Each typist has its own client and terminal, and types at its own
 * moments.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createUniCore } from '@unicore/client/sdk';
import { percentile } from '../../lib/stats.ts';
import { now } from '../monotonic.ts';
import { serve } from '../processes/child.ts';
import { forwardedSocket } from './forwarded-socket.ts';
import { Keyboard } from './keyboard.ts';
import { Typist } from './typist.ts';

/** Describes where a typist types. */
export interface TypistPlace {
  /** Number that identifies the typist. */
  readonly typist: number;
  /** URL of the hub (http://…). */
  readonly url: string;
  readonly token: string;
  readonly vmId: string;
  readonly terminalId?: string;
  /** Command that starts an echoing program. Undefined if the terminal already echoes. */
  readonly command?: string;
  /** Client address that a proxy in front of the hub would report. */
  readonly address?: string;
}

/** Keys that were echoed. Each list has one entry per key. Times are in ms of the monotonic clock. */
export interface Typed {
  readonly typists: readonly number[];
  /** Times at which the keys were due. */
  readonly due: readonly number[];
  /** Echo times of the keys in ms, counted from their due times. */
  readonly tookMs: readonly number[];
  /**
   * p99 of the delay with which this process typed its keys, in ms. Hubs do not cause this part of the echo
   * time.
   */
  readonly lateMs: number;
  /** Descriptions of keys that were lost, repeated or out of order, and of terminals that ended. */
  readonly broken: readonly string[];
}

export type TypistCalls = {
  /**
   * Connects these typists at the same time, in addition to earlier typists. Resolves when each has seen an
   * echo.
   */
  connect(places: readonly TypistPlace[]): Promise<void>;
  /** Makes all typists type. `everyMs` is the interval between two keys of one typist. */
  start(everyMs: number): void;
  /** Returns the echo times of the keys that were echoed since the last call. */
  typed(): Typed;
  /**
   * Stops typing and waits at most `limitMs` for the last echoes. Resolves with the number of keys without an
   * echo.
   */
  stop(limitMs: number): Promise<number>;
  /**
   * Returns how many sockets were lost, and how often a terminal was shown as reconnecting while its socket
   * was open.
   */
  losses(): { sockets: number; shown: number };
};

const LOOK_MS = 20;
/** Maximum number of broken rules that are reported at once. */
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
