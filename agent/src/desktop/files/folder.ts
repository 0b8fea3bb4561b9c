/**
 * One folder whose files people see. It is opened once, and all paths begin at the open folder. So a program that
 * puts a symbolic link in the place of the folder, or of a file, leads nobody out of it.
 */
import { closeSync, constants, fstatSync, mkdirSync, openSync } from 'node:fs';
import { lstat, opendir, rm } from 'node:fs/promises';
import { UniCoreError } from '@unicore/protocol';
import type { DesktopFile } from '@unicore/protocol/control';
import { failure } from './failure.ts';
import { isPlainName } from './names.ts';
import { requireSize } from './size.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
/** Files of one folder that are listed. A list of these fits into one message. */
const MOST_FILES = 1_000;

/** A file that is open for reading. */
export interface OpenFile {
  readonly fd: number;
  readonly name: string;
  readonly size: number;
}

export class Folder {
  /** A path to the open folder, which nobody can redirect. */
  readonly path: string;
  readonly #fd: number;
  readonly #hides: (name: string) => boolean;

  /** Makes the folder if there is none. hides: which files are not shown. */
  constructor(path: string, hides: (name: string) => boolean = () => false) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    this.#fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    this.path = `/proc/self/fd/${this.#fd}`;
    this.#hides = hides;
  }

  /** The files that people see, the newest first. */
  async list(): Promise<DesktopFile[]> {
    const files: DesktopFile[] = [];
    for await (const entry of await opendir(this.path)) {
      if (!entry.isFile() || !this.#shows(entry.name)) continue;
      // A file that was removed meanwhile is not listed.
      const stat = await lstat(this.at(entry.name)).catch(() => undefined);
      if (stat === undefined) continue;
      files.push({ name: entry.name, size: stat.size, modifiedAt: Math.floor(stat.mtimeMs) });
      // A folder may have any number of files. Now and then, all but the newest so far are forgotten.
      if (files.length === 2 * MOST_FILES) newestFirst(files).splice(MOST_FILES);
    }
    return newestFirst(files).slice(0, MOST_FILES);
  }

  /** Opens a file that people see. Throws TOO_LARGE, and NOT_FOUND for all else, such as a link. */
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

  /** Removes a file, or a link but not what it leads to. Does nothing if there is none. */
  async remove(name: string): Promise<void> {
    this.#requireShown(name);
    await rm(this.at(name), { force: true }).catch((error: unknown) => {
      throw failure(error, name);
    });
  }

  /** The path of a file in this folder. The name must be plain, or one of our own. */
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
