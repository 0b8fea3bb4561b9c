/** The channel beside a desktop's screen, for component tests. The test tells the news; calls are recorded. */
import type { Control } from '@unicore/protocol/api';
import type { ClipboardRights, DesktopFiles, FileRef } from '@unicore/protocol/control';
import type { Desktop, DesktopHandler, Download, UploadOptions } from '../../sdk/index.ts';

export class FakeDesktop {
  readonly handler: DesktopHandler;
  readonly rights: ClipboardRights[] = [];
  readonly uploads: { file: Blob; options: UploadOptions; done: PromiseWithResolvers<string> }[] = [];
  /** Number of times that the controls were taken. */
  taken = 0;
  /** Number of times that somebody said to be there. */
  stayed = 0;
  isClosed = false;
  known: DesktopFiles = { downloads: [], uploads: [] };
  content = 'content';

  constructor(handler: DesktopHandler) {
    this.handler = handler;
  }

  /** The fake as the type that the page expects. It has only the members that the page itself uses. */
  get desktop(): Desktop {
    return this as unknown as Desktop;
  }

  async control(take = false): Promise<Control> {
    if (take) this.taken++;
    return { holder: null, since: 0 };
  }

  async stay(): Promise<void> {
    this.stayed++;
  }

  async clipboard(rights: ClipboardRights): Promise<void> {
    this.rights.push(rights);
  }

  async files(): Promise<DesktopFiles> {
    return this.known;
  }

  async removeFile(_file: FileRef): Promise<void> {}

  upload(file: Blob, options: UploadOptions = {}): Promise<string> {
    const done = Promise.withResolvers<string>();
    this.uploads.push({ file, options, done });
    options.signal?.addEventListener('abort', () => done.reject(options.signal?.reason));
    return done.promise;
  }

  async download(name: string): Promise<Download> {
    const { body } = new Response(this.content);
    return { name, size: this.content.length, stream: body! };
  }

  close(): void {
    this.isClosed = true;
  }
}
