/** A file that is being uploaded into a folder. Until it is complete, it has a name that people do not see. */
import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync, rmSync, write } from 'node:fs';
import { link } from 'node:fs/promises';
import { promisify } from 'node:util';
import { UniCoreError } from '@unicore/protocol';
import { failure } from './failure.ts';
import type { Folder } from './folder.ts';
import { isPlainName, numbered } from './names.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
/** The highest number that is added to a name. */
const MOST_NUMBERED = 999;
const writeAt = promisify(write);

export class NewFile {
  readonly name: string;
  readonly #folder: Folder;
  readonly #hidden = `.unicore-${randomUUID()}`;
  readonly #fd: number;
  #isOpen = true;

  /** Throws BAD_REQUEST for a name that is not plain. */
  constructor(folder: Folder, name: string) {
    if (!isPlainName(name)) {
      throw new UniCoreError(
        'BAD_REQUEST',
        'name: A file name may have at most 255 bytes, no slashes, no control characters, and no dot at its start.',
      );
    }
    this.name = name;
    this.#folder = folder;
    try {
      this.#fd = openSync(this.#path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    } catch (error) {
      throw failure(error, name);
    }
  }

  async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await writeAt(this.#fd, bytes, done, bytes.length - done, null);
        done += bytesWritten;
      }
    } catch (error) {
      throw failure(error, this.name);
    }
  }

  /** Gives the complete file its name, and resolves with that name. If the name is taken, a number is added to it. */
  async keep(): Promise<string> {
    for (let number = 0; number <= MOST_NUMBERED; number++) {
      const name = numbered(this.name, number);
      // link() never replaces a file. So two uploads with the same name get two names.
      const isFree = await link(this.#path, this.#folder.at(name)).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw failure(error, this.name);
        },
      );
      if (!isFree) continue;
      this.discard();
      return name;
    }
    throw new UniCoreError('CONFLICT', `There are ${MOST_NUMBERED} files ${this.name}. Remove some.`);
  }

  /** Deletes the temporary file of an upload. Does nothing after keep(). */
  discard(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#fd);
    rmSync(this.#path, { force: true });
  }

  get #path(): string {
    return this.#folder.at(this.#hidden);
  }
}
