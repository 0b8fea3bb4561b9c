/** One terminal of a machine as this page sees it: its screen, its channel, and what a person should know of both. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { ChannelSocket, ChannelStatus, UniCore } from '../../sdk/index.ts';
import { attach } from './attach.ts';
import { Fitting, type Size } from './fitting.ts';
import { listenForNotices, type SizeInForce } from './notices.ts';
import { createScreen, type Screen } from './screen.ts';

/** How often the round trip that is shown is read, ms. */
const RTT_MS = 1_000;
/** How long "skipped" is shown, ms. */
const SKIPPED_MS = 8_000;
const DEFAULT_SIZE: Size = { cols: 80, rows: 24 };
const NORMAL_CLOSE = 1000;

/** Why there is no channel any more. */
export interface Ended {
  /** The shell exited; otherwise something refused or broke. */
  exited: boolean;
  message: string;
}

export interface Session {
  readonly terminalId: string;
  readonly screen: Screen;
  readonly status: Accessor<ChannelStatus>;
  /** Milliseconds. */
  readonly rtt: Accessor<number | undefined>;
  readonly size: Accessor<SizeInForce | undefined>;
  readonly title: Accessor<string>;
  readonly ended: Accessor<Ended | undefined>;
  /** Bytes left out a moment ago. */
  readonly skipped: Accessor<number | undefined>;
  /** Puts the terminal into the page. Once. */
  open(host: HTMLElement): void;
  /** Opens its channel, at the size that the window has room for. Also for a new shell in place of one that ended. */
  connect(): void;
  /** The window changed, or became visible. */
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
