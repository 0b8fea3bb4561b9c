/**
 * A viewer that reads as much as the test chooses. Its terminal has the settings of the terminal in the page.
 */
import type { Channel, ChannelHandler } from '@unicore/protocol';
import type { Terminal as Xterm } from '@xterm/headless';
import type { PtySize } from '../../pty/index.ts';
import { headlessTerminal, XtermCore } from '../emulator/index.ts';
import type { ViewRequest } from '../index.ts';

export const SIZE: PtySize = { cols: 80, rows: 24 };

export class FakeViewer {
  readonly name: string;
  handler: ChannelHandler | undefined;
  received: Buffer = Buffer.alloc(0);
  consumed = 0;
  farewell: string | undefined;
  gone = false;
  /** Called when there is output to read. */
  onWake: () => void = () => undefined;
  readonly xterm: Xterm = headlessTerminal(SIZE);
  /** Contents of the private OSC sequences that the viewer received, oldest first. */
  readonly notices: Record<string, unknown>[] = [];

  constructor(name: string) {
    this.name = name;
    this.xterm.parser.registerOscHandler(7717, (json) => {
      const notice = JSON.parse(json);
      this.notices.push(notice);
      if (notice.size) this.xterm.resize(notice.size[0], notice.size[1]);
      return true;
    });
  }

  request(options: Partial<ViewRequest> = {}): ViewRequest {
    return {
      viewer: this.name,
      user: `user of ${this.name}`,
      mayWrite: true,
      size: SIZE,
      accept: (handler) => {
        this.handler = handler;
        handler.attached?.({});
        return this.#channel();
      },
      gone: () => {
        this.gone = true;
      },
      ...options,
    };
  }

  /** Reads at most `most` bytes, in pieces of 16 KiB like a channel. */
  take(most = Number.POSITIVE_INFINITY): string {
    const pieces: Uint8Array[] = [];
    for (let left = most; left > 0; left -= pieces.at(-1)!.length) {
      const bytes = this.handler?.pull?.(Math.min(left, 16 * 1024));
      if (!bytes) break;
      pieces.push(bytes);
      new XtermCore(this.xterm).writeSync(bytes);
    }
    const taken = Buffer.concat(pieces);
    this.received = Buffer.concat([this.received, taken]);
    return taken.toString();
  }

  type(text: string): void {
    this.handler?.data(Buffer.from(text));
  }

  line(y: number): string {
    return (
      this.xterm.buffer.active.getLine(this.xterm.buffer.active.baseY + y)?.translateToString(true) ?? ''
    );
  }

  #channel(): Channel {
    const channel: Pick<Channel, 'wake' | 'consumed' | 'end'> = {
      wake: () => this.onWake(),
      consumed: (bytes) => {
        this.consumed += bytes;
      },
      end: (_code, message) => {
        this.farewell = message ?? '';
      },
    };
    return channel as Channel;
  }
}
