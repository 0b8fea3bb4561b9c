/**
 * The folders of desktops that run as processes. A desktop's folder holds what the agent writes about it, and a
 * home folder that belongs to the desktop's own user. The folders are not below the agent's folder, because the
 * desktop's user cannot pass through a private folder, and the path of a socket must be short.
 */
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { DesktopRef } from '@unicore/protocol/control';
import { codeOf } from '../../files/index.ts';
import { HOLDER_SOCKET } from '../holder/index.ts';

/** This folder is on disk, so that profiles and downloads of browsers take no memory. */
const BASE = '/var/tmp';
/** Folders in which programs leave files of their user. */
const SHARED = ['/tmp', '/tmp/.X11-unix', '/var/tmp', '/dev/shm'];
/** The longest path of a unix socket that Linux accepts, in bytes. */
const MOST_SOCKET_PATH_BYTES = 107;

/**
 * Users of desktops. Debian, systemd and the tools for containers use no number in this range, see
 * https://systemd.io/UIDS-GIDS. The range is so large that two desktops hardly ever get the same number.
 */
const FIRST_UID = 1_900_000_000;
const UIDS = 2 ** 27;

/** Group and others of a folder may pass through it, but not list it. */
const PASS_THROUGH = 0o711;
const OWNER_ONLY = 0o700;
const WRITABLE_BY_OTHERS = 0o022;

export interface Place {
  /** The folder with all files of the desktop. */
  readonly folder: string;
  /** The home folder of the desktop's user, in which the holder makes its socket. */
  readonly home: string;
  readonly socket: string;
  readonly log: string;
  /** The file with the holder's ProcessId. */
  readonly pidFile: string;
  /** The desktop's own user. It is undefined if the desktop runs as the agent's user. */
  readonly uid: number | undefined;
}

export class Places {
  readonly #base: string;
  readonly #isRoot = process.getuid?.() === 0;

  constructor(agentDir: string) {
    this.#base = join(BASE, `unicore-${hash(agentDir).toString('hex').slice(0, 8)}`);
  }

  of(ref: DesktopRef): Place {
    const { sessionId, attempt } = DesktopRef.parse(ref);
    const folder = join(this.#base, `${sessionId}-${attempt}`);
    const home = join(folder, 'home');
    const socket = join(home, HOLDER_SOCKET);
    if (Buffer.byteLength(socket) > MOST_SOCKET_PATH_BYTES)
      throw new UniCoreError('BAD_REQUEST', `The session id ${sessionId} is too long for a socket's path.`);
    // A desktop has a user of its own only if the agent is root. Another user cannot change to it.
    const uid = this.#isRoot ? FIRST_UID + (hash(folder).readUInt32BE() % UIDS) : undefined;
    return {
      folder,
      home,
      socket,
      uid,
      log: join(folder, 'holder.log'),
      pidFile: join(folder, 'holder.json'),
    };
  }

  async list(): Promise<DesktopRef[]> {
    const names = await readdir(this.#base).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    });
    return names.flatMap((name) => {
      const [, sessionId, attempt] = /^(.+)-(\d+)$/.exec(name) ?? [];
      const { data } = DesktopRef.safeParse({ sessionId, attempt: Number(attempt) });
      return data ? [data] : [];
    });
  }

  /** Makes the desktop's folder. Returns false if it exists. */
  async make({ folder }: Place): Promise<boolean> {
    const mode = this.#isRoot ? PASS_THROUGH : OWNER_ONLY;
    for (;;) {
      try {
        await mkdir(this.#base, { recursive: true });
        await this.#requireOwnBase();
        await chmod(this.#base, mode);
        await mkdir(folder, { mode: OWNER_ONLY });
        await chmod(folder, mode);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        // The removal of another desktop has just deleted the empty base.
        if (codeOf(error) !== 'ENOENT') throw error;
      }
    }
  }

  /** Deletes all files of the desktop, and those that its user has left elsewhere. No process may use them. */
  async remove({ folder, uid }: Place): Promise<void> {
    await rm(folder, { recursive: true, force: true });
    // The base is deleted with the last desktop. Before that, it is not empty and stays.
    await rmdir(this.#base).catch(() => undefined);
    if (uid === undefined) return;
    for (const shared of SHARED) {
      for (const name of await readdir(shared).catch(() => [])) {
        const path = join(shared, name);
        // Another program may have deleted the file meanwhile.
        const owner = await lstat(path).catch(() => undefined);
        if (owner?.uid === uid) await rm(path, { recursive: true, force: true });
      }
    }
  }

  /** Throws if another user of this machine has made the folder, and could replace what is in it. */
  async #requireOwnBase(): Promise<void> {
    const found = await lstat(this.#base);
    const isOwn = found.isDirectory() && found.uid === process.getuid?.();
    if (isOwn && (found.mode & WRITABLE_BY_OTHERS) === 0) return;
    throw new UniCoreError('FORBIDDEN', `${this.#base} must be a folder that only you can write. Delete it.`);
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
