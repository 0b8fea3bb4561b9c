/** All viewers of a desktop's screen. */
import { type AcceptedChannel, type Clock, type OpenRequest, UniCoreError } from '@unicore/protocol';
import {
  type ClipboardRefusal,
  type ClipboardRights,
  type DesktopAuth,
  VncOpen,
} from '@unicore/protocol/control';
import type { Lease } from '../lease/index.ts';
import type { Rights } from '../rfb/index.ts';
import { parse } from './parse.ts';
import { Viewer } from './viewer.ts';
import type { TypingParts } from './viewer-typing.ts';

/** Viewers of the desktop's owner, and viewers with a share link, at a time. */
const MOST_VIEWERS = 8;
const MOST_GUESTS = 10;

export interface ViewersOptions {
  lease: Lease;
  clock: Clock;
  typing: TypingParts;
  /** Path of the unix socket on which the VNC server listens; undefined while it does not. */
  rfbSocket(): string | undefined;
  /** Called when a viewer has used a key, the pointer or the clipboard. */
  used(): void;
  /** Called when a text that a viewer copied was too large for the clipboard. */
  refused(refusal: ClipboardRefusal): void;
}

interface Entry {
  readonly viewer: Viewer;
  readonly user: string;
  readonly isGuest: boolean;
  /** What the viewer may do, but for the clipboard. */
  canControl: boolean;
  clipboard: Directions;
}

type Directions = Omit<ClipboardRights, 'viewer'>;

export class Viewers {
  readonly #options: ViewersOptions;
  /** The viewers by the id of their channel. */
  readonly #viewers = new Map<string, Entry>();

  constructor(options: ViewersOptions) {
    this.#options = options;
  }

  accept(request: OpenRequest, auth: DesktopAuth): AcceptedChannel {
    const { viewOnly, text: wantsText, clipboard: isAllowed } = parse(VncOpen, request.meta, 'meta');
    const { lease, clock, typing, rfbSocket, used, refused } = this.#options;
    const socket = rfbSocket();
    if (socket === undefined) {
      throw new UniCoreError('RUNTIME_UNAVAILABLE', 'The display is starting. Try again.');
    }
    this.#requireRoom(auth.guest);
    const { epochHex: id } = request;
    const text = wantsText && !auth.guest;
    const canControl = mayControl(auth, viewOnly);
    const clipboard = { toDesktop: isAllowed, fromDesktop: isAllowed };
    const viewer = new Viewer({
      rfbSocket: socket,
      // All viewers of a person share the controls: two pages of one person do not fight.
      holder: { kind: 'viewer', id: auth.user, name: auth.user },
      rights: rightsOf({ canControl, clipboard }),
      lease,
      clock,
      typing,
      privateMessages: text,
      used,
      refused: (reason) => refused({ viewer: id, reason }),
      gone: () => this.#gone(id, auth.user),
    });
    this.#viewers.set(id, { viewer, user: auth.user, isGuest: auth.guest, canControl, clipboard });
    const channel = request.accept(viewer.handler, { holder: id, text });
    viewer.bind(channel);
    return channel;
  }

  /** A viewer has come back, perhaps with other rights. Returns the metadata of the answer. */
  reattach(id: string, auth: DesktopAuth, meta: unknown): unknown {
    const { viewOnly, text } = parse(VncOpen, meta, 'meta');
    const entry = this.#viewers.get(id);
    if (entry) {
      entry.canControl = mayControl(auth, viewOnly);
      entry.viewer.allow(rightsOf(entry));
    }
    return { holder: id, text: text && !auth.guest };
  }

  /** Sets which way the copied texts of a viewer of this user may go. */
  allowClipboard(user: string, { viewer: id, toDesktop, fromDesktop }: ClipboardRights): void {
    const entry = this.#viewers.get(id);
    if (entry?.user !== user) {
      throw new UniCoreError('NOT_FOUND', 'viewer: You have no viewer of this name. Its ACCEPT names it.');
    }
    entry.clipboard = { toDesktop, fromDesktop };
    entry.viewer.allow(rightsOf(entry));
  }

  /** The desktop ends, for this reason. */
  end(reason: string): void {
    for (const { viewer, isGuest } of [...this.#viewers.values()]) {
      // Why it ends is not told to those who only watch by a share link.
      viewer.end(isGuest ? 'The desktop has ended.' : reason);
    }
  }

  /** The controls are free when the last viewer of their holder has gone. */
  #gone(id: string, user: string): void {
    this.#viewers.delete(id);
    if ([...this.#viewers.values()].some((each) => each.user === user)) return;
    this.#options.lease.leave({ kind: 'viewer', id: user, name: user });
  }

  #requireRoom(isGuest: boolean): void {
    const most = isGuest ? MOST_GUESTS : MOST_VIEWERS;
    const count = [...this.#viewers.values()].filter((each) => each.isGuest === isGuest).length;
    if (count < most) return;
    throw new UniCoreError(
      'TOO_MANY_CHANNELS',
      isGuest
        ? `${most} people watch this desktop by its link already. Try again when one of them has left.`
        : `${most} viewers watch this desktop. Close one first.`,
    );
  }
}

function mayControl({ rights, guest }: DesktopAuth, viewOnly: boolean): boolean {
  return rights === 'write' && !viewOnly && !guest;
}

/** Who only watches gets no copied texts: they are often secrets, and were copied by somebody else. */
function rightsOf({ canControl, clipboard }: Pick<Entry, 'canControl' | 'clipboard'>): Rights {
  return {
    canControl,
    clipboardToDesktop: canControl && clipboard.toDesktop,
    clipboardFromDesktop: canControl && clipboard.fromDesktop,
  };
}
