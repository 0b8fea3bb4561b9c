/** The files that people exchange with a desktop: its folders Downloads and Uploads. */
import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '@unicore/protocol';
import type { DesktopFiles, FileRef } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { Folder, type OpenFile } from './folder.ts';
import { isPartial } from './names.ts';
import { NewFile } from './new-file.ts';
import { requireSize } from './size.ts';

/**
 * Changes are collected for this long before they are reported, ms. A download changes its file many times a
 * second.
 */
const COLLECT_MS = 250;

export interface SharedFilesOptions {
  /** Absolute paths of the desktop's folders. */
  folders: { uploads: string; downloads: string };
  clock: Clock;
  log: Logger;
  /** Called when the list of files has changed, between watch() and unwatch(). */
  changed(files: DesktopFiles): void;
}

export class SharedFiles {
  readonly #options: SharedFilesOptions;
  readonly #downloads: Folder;
  readonly #uploads: Folder;
  #watchers: FSWatcher[] = [];
  /** The list that is being read now. Callers that come meanwhile get it, too. */
  #listing: Promise<DesktopFiles> | undefined;
  /** The list that was reported last, as JSON. */
  #told: string | undefined;
  #cancelLook: (() => void) | undefined;

  constructor(options: SharedFilesOptions) {
    this.#options = options;
    this.#downloads = new Folder(options.folders.downloads, isPartial);
    this.#uploads = new Folder(options.folders.uploads);
  }

  /** Returns the files of both folders. Callers at the same time share one reading of the folders. */
  list(): Promise<DesktopFiles> {
    this.#listing ??= this.#list().finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  async remove({ folder, name }: FileRef): Promise<void> {
    await (folder === 'downloads' ? this.#downloads : this.#uploads).remove(name);
  }

  /** Opens a complete file in Downloads. Throws NOT_FOUND or TOO_LARGE. */
  open(name: string): OpenFile {
    return this.#downloads.open(name);
  }

  /** Makes a new file of this size (bytes) in Uploads. Throws BAD_REQUEST or TOO_LARGE. */
  create(name: string, size: number): NewFile {
    requireSize(name, size);
    return new NewFile(this.#uploads, name);
  }

  /** Starts to report changes of the list of files. */
  watch(): void {
    if (this.#watchers.length > 0) return;
    try {
      for (const { path } of [this.#downloads, this.#uploads]) {
        this.#watchers.push(watch(path, () => this.#lookSoon()).on('error', (error) => this.#failed(error)));
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Stops to report changes of the list of files. */
  unwatch(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  close(): void {
    this.unwatch();
    for (const folder of [this.#downloads, this.#uploads]) folder.close();
  }

  async #list(): Promise<DesktopFiles> {
    const [downloads, uploads] = await Promise.all([this.#downloads.list(), this.#uploads.list()]);
    return { downloads, uploads };
  }

  #lookSoon(): void {
    this.#cancelLook ??= this.#options.clock.after(COLLECT_MS, () => {
      this.#cancelLook = undefined;
      this.#list().then(
        (files) => this.#tell(files),
        (error: unknown) => this.#failed(error),
      );
    });
  }

  #tell(files: DesktopFiles): void {
    const told = JSON.stringify(files);
    if (told === this.#told) return;
    this.#told = told;
    this.#options.changed(files);
  }

  #failed(error: unknown): void {
    this.#options.log.warn({ err: error }, 'changes of files could not be watched');
  }
}
