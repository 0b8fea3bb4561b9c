/**
 * One folder with files for people. The folder is opened once, and every path starts at the open folder. So a
 * program cannot lead anybody out of it by replacing the folder or a file with a symbolic link.
 */
import { closeSync, constants, fstatSync, mkdirSync, openSync } from 'node:fs';
import { lstat, opendir, rm } from 'node:fs/promises';
import { UniCoreError } from '@unicore/protocol';
import type { DesktopFile } from '@unicore/protocol/control';
import { failure } from './failure.ts';
import { isPlainName } from './names.ts';
import { requireSize } from './size.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** Maximum number of files of one folder that are listed. A list of this length fits into one message. */
const MOST_FILES = 1_000;

/** A file that is open for reading. */
export interface OpenFile {
  readonly fd: number;
  readonly name: string;
  readonly size: number;
}

export class Folder {
  /** A path that leads to the open folder even if the folder was moved or replaced. */
  readonly path: string;
  readonly #fd: number;
  readonly #hides: (name: string) => boolean;

  /** Makes the folder if it is missing. hides: returns true for names that are not shown. */
  constructor(path: string, hides: (name: string) => boolean = () => false) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    this.#fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    this.path = `/proc/self/fd/${this.#fd}`;
    this.#hides = hides;
  }

  /** Lists the files that people see, newest first. */
  async list(): Promise<DesktopFile[]> {
    const files: DesktopFile[] = [];
    for await (const entry of await opendir(this.path)) {
      if (!entry.isFile() || !this.#shows(entry.name)) continue;
      // A file that was removed during the listing is left out.
      const stat = await lstat(this.at(entry.name)).catch(() => undefined);
      if (stat === undefined) continue;
      files.push({ name: entry.name, size: stat.size, modifiedAt: Math.floor(stat.mtimeMs) });
      // A folder may have any number of files. Keeping only the newest ones from time to time limits the
      // memory.
      if (files.length === 2 * MOST_FILES) newestFirst(files).splice(MOST_FILES);
    }
    return newestFirst(files).slice(0, MOST_FILES);
  }

  /**
   * Opens a file that people see. Throws TOO_LARGE. Throws NOT_FOUND for a missing file and for anything that
   * is not a regular file, such as a link.
   */
  open(name: string): OpenFile {
    this.#requireShown(name);
    let fd: number | undefined;
    try {
      // Without O_NONBLOCK, a named pipe would stop this process until somebody writes into it.
      fd = openSync(this.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      const stat = fstatSync(fd);
      if (!stat.isFile()) throw notFound(name);
      requireSize(name, stat.size);
      return { fd, name, size: stat.size };
    } catch (error) {
      if (fd !== undefined) closeSync(fd);
      throw failure(error, name);
    }
  }

  /** Removes a file. Of a link, only the link is removed. Does nothing if there is no such file. */
  async remove(name: string): Promise<void> {
    this.#requireShown(name);
    await rm(this.at(name), { force: true }).catch((error: unknown) => {
      throw failure(error, name);
    });
  }

  /** Returns the path of a file in this folder. The name must be plain, or a name that this process has made. */
  at(name: string): string {
    return `${this.path}/${name}`;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #shows(name: string): boolean {
    return isPlainName(name) && !this.#hides(name);
  }

  #requireShown(name: string): void {
    if (!this.#shows(name)) throw notFound(name);
  }
}

function newestFirst(files: DesktopFile[]): DesktopFile[] {
  return files.sort((a, b) => b.modifiedAt - a.modifiedAt || (a.name < b.name ? -1 : 1));
}

function notFound(name: string): UniCoreError {
  return new UniCoreError(
    'NOT_FOUND',
    `There is no file ${JSON.stringify(name)}. Look at the list of files.`,
  );
}
