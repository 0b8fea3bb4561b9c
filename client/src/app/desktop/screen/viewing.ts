/**
 * The view of one desktop: its channel, noVNC, and their state as Solid signals. After a lost connection the
 * channel resumes by itself. A new RFB connection is made only if the other end has forgotten the channel.
 */
import { Backoff, closeError } from '@unicore/protocol';
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { ChannelSocket, ChannelStatus, UniCore } from '../../../sdk/index.ts';
import { failureOf } from '../../base/index.ts';
import { isLost } from '../lost.ts';
import { FIRST_LEVEL, levelFor, qualityOf } from './quality.ts';
import type { Rfb, ScreenCode } from './screen-code.ts';

/** Interval at which the round-trip time and the quality are updated, ms. */
const RTT_MS = 1_000;
/** Pauses before a new RFB connection, ms. */
const PAUSES = { first: 250, most: 5_000, random: Math.random };

/** Why the view has stopped and does not come back without the user. */
export interface Stopped {
  message: string;
  /** True if the user has to reload the page, because its code was not loaded completely. */
  needsReload: boolean;
}

export interface Viewing {
  readonly line: Accessor<ChannelStatus>;
  /** True while a picture is shown. It may be old if the connection is lost. */
  readonly shown: Accessor<boolean>;
  /** Round-trip time to the desktop, ms; undefined while unknown. */
  readonly rtt: Accessor<number | undefined>;
  readonly stopped: Accessor<Stopped | undefined>;
  readonly viewOnly: Accessor<boolean>;
  setViewOnly(viewOnly: boolean): void;
  /**
   * The id that the desktop has given to this viewer. It changes with each RFB connection. Undefined while there is
   * none.
   */
  readonly viewer: Accessor<string | undefined>;
  /** Sends a private message (UniCore's extension of RFB), such as a key. Does nothing while no picture is shown. */
  send(message: Uint8Array<ArrayBuffer>): void;
  /** Sends a text to the clipboard of the desktop. */
  copy(text: string): void;
  /** Requests the page's size from the desktop again, because the desktop may have ignored an earlier request. */
  refit(): void;
  /** Connects. Called when the element is on the page, and to try again after the view has stopped. */
  connect(host: HTMLElement): void;
  /** Closes the connection, and shows this message in place of the picture. */
  stop(message: string): void;
}

export interface ViewingOptions {
  unicore: UniCore;
  sessionId: string;
  /** Number of desktop pixels per CSS pixel. */
  scale: number;
  load: () => Promise<ScreenCode>;
  /** True for a guest, who has only a share link and may only watch. */
  isGuest?: boolean;
  /** Called with each text that is copied on the desktop, if the user has allowed that. */
  onCopied?(text: string): void;
}

export function createViewing(options: ViewingOptions): Viewing {
  const { unicore, sessionId, scale, load, isGuest = false, onCopied } = options;
  const [line, setLine] = createSignal<ChannelStatus>('connecting');
  const [shown, setShown] = createSignal(false);
  const [rtt, setRtt] = createSignal<number>();
  const [stopped, setStopped] = createSignal<Stopped>();
  const [viewOnly, setViewOnly] = createSignal(isGuest);
  const [viewer, setViewer] = createSignal<string>();
  const backoff = new Backoff(PAUSES);
  let rfb: Rfb | undefined;
  let socket: ChannelSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let level = FIRST_LEVEL;
  let over = false;

  const connect = (host: HTMLElement): void => {
    setStopped(undefined);
    setLine('connecting');
    load()
      .then(
        (code) => !over && open(code, host),
        () => setStopped({ message: NO_CODE, needsReload: true }),
      )
      // noVNC throws an error if the browser lacks a feature that it needs, such as a canvas.
      .catch((error: unknown) => setStopped({ message: failureOf(error).message, needsReload: false }));
  };

  const open = ({ FineRfb }: ScreenCode, host: HTMLElement): void => {
    const mine = unicore.openDesktop(sessionId, isGuest ? { viewOnly: true } : { text: true });
    const screen = new FineRfb(host, mine);
    socket = mine;
    rfb = screen;
    // The page has a text field of its own for keys, so noVNC's canvas does not take the focus.
    Object.assign(screen, { scale, scaleViewport: true, resizeSession: true, focusOnClick: false });
    screen.background = 'transparent';
    Object.assign(screen, { viewOnly: viewOnly(), ...qualityOf(level) });
    screen.addEventListener('connect', () => {
      backoff.reset();
      setViewer(mine.accepted?.holder);
      setShown(true);
    });
    screen.addEventListener('clipboard', (event) => {
      if (event instanceof CustomEvent) onCopied?.(String(event.detail.text));
    });
    setLine(mine.status);
    mine.onstatus = (status) => mine === socket && status !== 'closed' && setLine(status);
    mine.addEventListener('close', ({ code, reason }) => {
      if (over || mine !== socket) return;
      setShown(false);
      setViewer(undefined);
      setRtt(undefined);
      const error = closeError(code);
      if (isLost(error)) {
        setLine('reconnecting');
        timer = setTimeout(() => connect(host), backoff.next());
      } else setStopped({ message: reason || `The screen was closed (${error}).`, needsReload: false });
    });
  };

  const rttTimer = setInterval(() => {
    const measured = socket?.rtt;
    setRtt(measured);
    if (measured === undefined || !rfb) return;
    level = levelFor(measured, level);
    // noVNC tells the desktop only about values that have changed.
    Object.assign(rfb, qualityOf(level));
  }, RTT_MS);
  onCleanup(() => {
    over = true;
    clearInterval(rttTimer);
    clearTimeout(timer);
    rfb?.disconnect();
    socket?.close();
  });

  return {
    line,
    shown,
    rtt,
    stopped,
    viewOnly,
    setViewOnly(next) {
      setViewOnly(next);
      if (rfb) rfb.viewOnly = next;
    },
    viewer,
    send: (message) => shown() && socket?.send(message),
    copy: (text) => rfb?.give(text),
    refit: () => rfb?.refit(),
    connect,
    stop: (message) => setStopped({ message, needsReload: true }),
  };
}

const NO_CODE =
  'A part of this page could not be loaded. The network may have changed, or the hub was updated. Your desktop goes on running.';
