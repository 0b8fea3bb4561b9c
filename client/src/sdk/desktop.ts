/** A desktop beside its screen: its controls, its files, the clipboard's rights, and what it tells of itself. */
import type { ErrorCode } from '@unicore/protocol';
import type {
  ClipboardRights,
  Control,
  DesktopCalls,
  DesktopFiles,
  DesktopNews,
  FileRef,
} from '@unicore/protocol/control';
import { Calls } from './calls.ts';
import { type Download, download } from './download.ts';
import type { Link, OpenLink } from './link.ts';
import { type UploadOptions, upload } from './upload.ts';

/** Called with the news of a desktop: how it is now at the start, and then what has changed. */
export type DesktopHandler = {
  [K in keyof DesktopNews]?: (news: Parameters<DesktopNews[K]>[0]) => void;
} & {
  /** The channel has ended for good. Then all calls are refused. */
  closed?: (code: ErrorCode, message: string) => void;
};

export interface DesktopChannelOptions {
  sessionId: string;
  handler: DesktopHandler;
  openLink: OpenLink;
}

export class Desktop {
  readonly #options: DesktopChannelOptions;
  readonly #calls: Calls<DesktopCalls, DesktopNews>;
  readonly #link: Link;

  constructor(options: DesktopChannelOptions) {
    const { sessionId, handler, openLink } = options;
    this.#options = options;
    // An error of the application's handler is its own, and does not fail the call.
    const tell = async (run: () => void) => queueMicrotask(run);
    this.#calls = new Calls<DesktopCalls, DesktopNews>({
      condition: (now) => tell(() => handler.condition?.(now)),
      control: (now) => tell(() => handler.control?.(now)),
      warning: (warning) => tell(() => handler.warning?.(warning)),
      files: (now) => tell(() => handler.files?.(now)),
      clipboardRefused: (refusal) => tell(() => handler.clipboardRefused?.(refusal)),
    });
    this.#link = openLink({
      kind: 'desktop',
      meta: () => ({ sessionId }),
      handler: {
        attached: () => {},
        detached: () => {},
        data: this.#calls.data,
        status: () => {},
        closed: (code, message) => {
          this.#calls.close(code === 'OK' ? 'LEG_LOST' : code, message || 'The channel was closed.');
          handler.closed?.(code, message);
        },
      },
    });
    this.#calls.bind(this.#link);
  }

  /** Returns who has the controls. take: true takes them at once, also if another one has them. */
  control(take = false): Promise<Control> {
    return this.#calls.remote.control(take);
  }

  /**
   * Sets which way the copied texts of one viewer may go. viewer: `accepted.holder` of its socket. The right holds
   * as long as that channel.
   */
  clipboard(rights: ClipboardRights): Promise<void> {
    return this.#calls.remote.clipboard(rights);
  }

  /** The complete files of the folders Downloads and Uploads, the newest first. */
  files(): Promise<DesktopFiles> {
    return this.#calls.remote.files();
  }

  /** Keeps an idle desktop from ending, as a key would. */
  stay(): Promise<void> {
    return this.#calls.remote.stay();
  }

  removeFile(file: FileRef): Promise<void> {
    return this.#calls.remote.removeFile(file);
  }

  /**
   * Sends a file to Uploads. Resolves with the name under which the desktop keeps the file. It has a number if
   * there is another file of this name. Rejects with TOO_LARGE for a file of more than 256 MiB.
   */
  upload(file: Blob, options?: UploadOptions): Promise<string> {
    return upload(this.#options.openLink, this.#options.sessionId, file, options);
  }

  /** Opens a complete file of Downloads. Rejects with NOT_FOUND if there is none. */
  download(name: string): Promise<Download> {
    return download(this.#options.openLink, this.#options.sessionId, name);
  }

  /** Stops listening. Files that are on their way go on. */
  close(): void {
    this.#link.abort('OK', '');
  }
}
