/** One terminal on this page: its screen, its channel, and the state of both as Solid signals. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { ChannelSocket, ChannelStatus, UniCore } from '../../sdk/index.ts';
import { attach } from './attach.ts';
import { Fitting, type Size } from './fitting.ts';
import { listenForNotices, type SizeInForce } from './notices.ts';
import { createScreen, type Screen } from './screen.ts';

/** Interval between two updates of the displayed round trip, ms. */
const RTT_MS = 1_000;
/** Time for which the message about skipped output is displayed, ms. */
const SKIPPED_MS = 8_000;
const DEFAULT_SIZE: Size = { cols: 80, rows: 24 };
const NORMAL_CLOSE = 1000;

/** The reason why a terminal's channel has ended. */
export interface Ended {
  /** True if the shell exited; false if the channel was refused or failed. */
  exited: boolean;
  message: string;
}

export interface Session {
  readonly terminalId: string;
  readonly screen: Screen;
  readonly status: Accessor<ChannelStatus>;
  /** Round trip between this page and the machine, ms; undefined while unknown. */
  readonly rtt: Accessor<number | undefined>;
  readonly size: Accessor<SizeInForce | undefined>;
  readonly title: Accessor<string>;
  readonly ended: Accessor<Ended | undefined>;
  /** Bytes of output that were skipped; undefined if no output was skipped within the last 8 s. */
  readonly skipped: Accessor<number | undefined>;
  /** Adds the terminal to the page. Call it once. */
  open(host: HTMLElement): void;
  /**
   * Opens the channel at the size that fits into the window. If the previous shell has ended, this starts a
   * new shell.
   */
  connect(): void;
  /**
   * Fits the terminal into its window again. Call it when the window's size has changed or the terminal has
   * become visible.
   */
  refit(): void;
}

export function createSession(unicore: UniCore, vmId: string, terminalId: string): Session {
  const screen = createScreen();
  const { terminal } = screen;
  const [status, setStatus] = createSignal<ChannelStatus>('connecting');
  const [rtt, setRtt] = createSignal<number>();
  const [size, setSize] = createSignal<SizeInForce>();
  const [title, setTitle] = createSignal('');
  const [ended, setEnded] = createSignal<Ended>();
  const [skipped, setSkipped] = createSignal<number>();
  let socket: ChannelSocket | undefined;
  let fitting: Fitting | undefined;
  let skippedTimer: ReturnType<typeof setTimeout> | undefined;

  terminal.onTitleChange(setTitle);
  listenForNotices(terminal, {
    size: (inForce) => {
      fitting?.apply(inForce);
      setSize(inForce);
    },
    skipped: (bytes) => {
      setSkipped((before) => (before ?? 0) + bytes);
      clearTimeout(skippedTimer);
      skippedTimer = setTimeout(() => setSkipped(undefined), SKIPPED_MS);
    },
  });

  const connect = (): void => {
    if (socket) return;
    setEnded(undefined);
    const room = fitting?.measure() ?? DEFAULT_SIZE;
    const mine = unicore.openTerminal(vmId, { terminalId, ...room });
    socket = mine;
    attach(terminal, mine);
    setStatus(mine.status);
    mine.onstatus = setStatus;
    mine.addEventListener('close', ({ code, reason }) => {
      if (mine !== socket) return;
      socket = undefined;
      setRtt(undefined);
      setEnded({ exited: code === NORMAL_CLOSE, message: reason });
    });
  };

  const rttTimer = setInterval(() => setRtt(socket?.rtt), RTT_MS);
  onCleanup(() => {
    clearInterval(rttTimer);
    clearTimeout(skippedTimer);
    const last = socket;
    socket = undefined;
    last?.close();
    terminal.dispose();
  });

  return {
    terminalId,
    screen,
    status,
    rtt,
    size,
    title,
    ended,
    skipped,
    open(host) {
      terminal.open(host);
      fitting = new Fitting(terminal, screen.fit, host);
    },
    connect,
    refit() {
      const own = fitting?.measure();
      if (own) socket?.resize(own.cols, own.rows);
      fitting?.scale();
    },
  };
}
