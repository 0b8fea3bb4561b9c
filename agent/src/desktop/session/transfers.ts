/** The channels of kind blob, which move files into the desktop and out of it. */
import { type AcceptedChannel, type ChannelHandler, type OpenRequest, UniCoreError } from '@unicore/protocol';
import { type BlobAccept, BlobOpen, type DesktopAuth } from '@unicore/protocol/control';
import { Download, type SharedFiles, Upload } from '../files/index.ts';
import { requireOwner } from './owner.ts';
import { parse } from './parse.ts';

/** Maximum number of files that are moved at the same time. */
const MOST_TRANSFERS = 4;

export class Transfers {
  readonly #files: SharedFiles;
  readonly #used: () => void;
  /** The running transfers, by the id of their channel. */
  readonly #running = new Map<string, { answer: BlobAccept; channel: AcceptedChannel }>();

  /** used: called when bytes of a file have moved, so that a desktop does not end as idle during a long transfer. */
  constructor(files: SharedFiles, used: () => void) {
    this.#files = files;
    this.#used = used;
  }

  accept(request: OpenRequest, auth: DesktopAuth): AcceptedChannel {
    const { op, name, size } = parse(BlobOpen, request.meta, 'meta');
    requireOwner(auth);
    if (this.#running.size >= MOST_TRANSFERS) {
      throw new UniCoreError(
        'TOO_MANY_CHANNELS',
        `${MOST_TRANSFERS} files are on their way. Wait for one of them.`,
      );
    }
    return op === 'put' ? this.#put(request, name, size) : this.#get(request, name);
  }

  /** Called when a consumer has attached its channel again. Throws READ_ONLY if the user is only a guest now. */
  reattach(id: string, auth: DesktopAuth): BlobAccept | undefined {
    requireOwner(auth);
    return this.#running.get(id)?.answer;
  }

  /** Ends all transfers, because a desktop that is ending should send no more: sent bytes cost money. */
  end(reason: string): void {
    for (const { channel } of [...this.#running.values()]) channel.reset('SESSION_ENDED', reason);
  }

  #put(request: OpenRequest, name: string, size: number): AcceptedChannel {
    const file = this.#files.create(name, size);
    const upload = new Upload({ file, size, gone: () => this.#running.delete(request.epochHex) });
    return this.#start(request, upload, { name, size });
  }

  #get(request: OpenRequest, name: string): AcceptedChannel {
    const file = this.#files.open(name);
    const download = new Download({ file, gone: () => this.#running.delete(request.epochHex) });
    return this.#start(request, download, { name, size: file.size });
  }

  #start(request: OpenRequest, transfer: Upload | Download, answer: BlobAccept): AcceptedChannel {
    const channel = request.accept(this.#counted(transfer.handler), answer);
    this.#running.set(request.epochHex, { answer, channel });
    transfer.bind(channel);
    return channel;
  }

  #counted(handler: ChannelHandler): ChannelHandler {
    return {
      ...handler,
      data: (bytes) => {
        this.#used();
        handler.data(bytes);
      },
      pull: (max) => {
        const bytes = handler.pull?.(max);
        if (bytes) this.#used();
        return bytes;
      },
    };
  }
}
