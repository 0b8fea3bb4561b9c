/** The channels of kind desktop, on which consumers call the desktop and get its events. */
import { type AcceptedChannel, type OpenRequest, UniCoreError } from '@unicore/protocol';
import {
  ClipboardRights,
  type Control,
  type DesktopAuth,
  type DesktopCalls,
  type DesktopCondition,
  type DesktopFiles,
  type DesktopNews,
  DesktopOpen,
  type DesktopWarning,
  FileRef,
} from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { z } from 'zod';
import { acceptRpc } from '../../local/index.ts';
import { Newest } from './newest.ts';
import { isOwner, requireOwner } from './owner.ts';
import { parse } from './parse.ts';

/** Maximum number of these channels: of the desktop's owner, and of people with a share link. */
const MOST_OF_OWNER = 32;
const MOST_OF_GUESTS = 32;
/** Maximum size of unread answers to a consumer, in bytes. */
const MOST_WAITING = 2 * 1024 * 1024;

/** The functions of the desktop that callers use. */
export interface CallersOptions {
  log: Logger;
  control(user: string, take: boolean): Control;
  used(): void;
  allowClipboard(user: string, rights: ClipboardRights): void;
  files(): Promise<DesktopFiles>;
  removeFile(file: FileRef): Promise<void>;
  condition(): Promise<DesktopCondition>;
  warnings(): readonly DesktopWarning[];
  /** Called when the first caller with the owner's rights connects, and when the last one disconnects. */
  ownersChanged(isAnyThere: boolean): void;
}

interface Caller {
  readonly news: DesktopNews;
  readonly newest: Newest;
  /** The rights from the latest attachment. */
  auth: DesktopAuth;
}

export class Callers {
  readonly #options: CallersOptions;
  /** The callers, by the id of their channel. */
  readonly #callers = new Map<string, Caller>();

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  accept(request: OpenRequest, auth: DesktopAuth): AcceptedChannel {
    parse(DesktopOpen, request.meta, 'meta');
    this.#requireRoom(auth.guest);
    const { epochHex: id } = request;
    const { log } = this.#options;
    const { remote: news, channel } = acceptRpc<DesktopNews, DesktopCalls>(request, {
      local: this.#calls(() => caller.auth),
      onError: (error, what) => log.debug({ err: error, what }, 'a call to the desktop failed'),
      closed: () => this.#changeOwners(() => this.#callers.delete(id)),
      mostWaiting: MOST_WAITING,
    });
    const caller: Caller = { news, newest: new Newest(), auth };
    this.#changeOwners(() => this.#callers.set(id, caller));
    void this.#greet(caller);
    return channel;
  }

  /** Called when a consumer has attached its channel again, perhaps with other rights. */
  reattach(id: string, auth: DesktopAuth): void {
    const caller = this.#callers.get(id);
    if (caller) this.#changeOwners(() => (caller.auth = auth));
  }

  /**
   * Sends an event to all callers. A caller that reads slowly may miss an event if a newer one of the same kind
   * follows.
   */
  tell(kind: string, call: (to: DesktopNews) => Promise<void>): void {
    for (const caller of this.#callers.values()) tell(caller, kind, call);
  }

  /** Sends an event to all callers except guests and people with read-only access. */
  tellOwners(kind: string, call: (to: DesktopNews) => Promise<void>): void {
    for (const caller of this.#callers.values()) if (isOwner(caller.auth)) tell(caller, kind, call);
  }

  #calls(auth: () => DesktopAuth): DesktopCalls {
    const { control, used, allowClipboard, files, removeFile } = this.#options;
    return {
      control: async (wish) => {
        const take = z.boolean().default(false).parse(wish);
        if (take) requireOwner(auth());
        return control(auth().user, take);
      },
      stay: async () => {
        requireOwner(auth());
        used();
      },
      clipboard: async (wish) => {
        requireOwner(auth());
        allowClipboard(auth().user, ClipboardRights.parse(wish));
      },
      files: async () => {
        requireOwner(auth());
        return files();
      },
      removeFile: async (file) => {
        requireOwner(auth());
        await removeFile(FileRef.parse(file));
      },
    };
  }

  async #greet(caller: Caller): Promise<void> {
    const { log, control, condition, warnings } = this.#options;
    tell(caller, 'control', (to) => to.control(control(caller.auth.user, false)));
    for (const warning of warnings()) tell(caller, `warning ${warning.limit}`, (to) => to.warning(warning));
    try {
      const now = await condition();
      tell(caller, 'condition', (to) => to.condition(now));
    } catch (error) {
      log.warn({ err: error }, 'the condition of the desktop could not be read');
    }
  }

  #changeOwners(change: () => unknown): void {
    const isAnyThere = () => [...this.#callers.values()].some(({ auth }) => isOwner(auth));
    const before = isAnyThere();
    change();
    if (isAnyThere() !== before) this.#options.ownersChanged(!before);
  }

  #requireRoom(isGuest: boolean): void {
    const most = isGuest ? MOST_OF_GUESTS : MOST_OF_OWNER;
    const count = [...this.#callers.values()].filter(({ auth }) => auth.guest === isGuest).length;
    if (count < most) return;
    throw new UniCoreError(
      'TOO_MANY_CHANNELS',
      `${most} programs and pages listen to this desktop. Close one first.`,
    );
  }
}

function tell({ news, newest }: Caller, kind: string, call: (to: DesktopNews) => Promise<void>): void {
  void newest.tell(kind, () => call(news));
}
