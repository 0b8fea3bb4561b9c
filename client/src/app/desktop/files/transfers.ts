/** The transfers of files into a desktop and out of it. Only a few run at the same time; the others wait. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { Desktop } from '../../../sdk/index.ts';
import { failureOf } from '../../base/index.ts';

/** Largest file, in bytes. The desktop has the same limit. */
const MOST_BYTES = 256 * 1024 * 1024;
/**
 * Number of transfers of this page that run at the same time. A desktop allows four, for all pages of its user
 * together.
 */
const AT_A_TIME = 2;

export interface Transfer {
  readonly id: number;
  readonly op: 'upload' | 'download';
  readonly name: string;
  /** Size of the file in bytes. */
  readonly size: number;
  readonly moved: number;
  readonly state: 'waiting' | 'moving' | 'done' | 'failed';
  /** Why the transfer has failed. */
  readonly reason: string | undefined;
}

export interface Transfers {
  /** All transfers, newest first. */
  readonly list: Accessor<readonly Transfer[]>;
  upload(files: Iterable<File>): void;
  /** Saves a file from the desktop's Downloads folder on this device. */
  save(file: { name: string; size: number }): void;
  /** Cancels a transfer. Removes a finished one from the list. */
  remove(id: number): void;
}

interface Job {
  readonly id: number;
  readonly abort: AbortController;
  run(onProgress: (moved: number) => void, signal: AbortSignal): Promise<void>;
}

export function createTransfers(desktop: Accessor<Desktop>): Transfers {
  const [list, setList] = createSignal<readonly Transfer[]>([]);
  const waiting: Job[] = [];
  const moving = new Map<number, Job>();
  let nextId = 1;

  const change = (id: number, change: Partial<Transfer>): void => {
    setList((all) => all.map((each) => (each.id === id ? { ...each, ...change } : each)));
  };
  const next = (): void => {
    const job = moving.size < AT_A_TIME ? waiting.shift() : undefined;
    if (!job) return;
    const { id } = job;
    moving.set(id, job);
    change(id, { state: 'moving' });
    job
      .run((moved) => change(id, { moved }), job.abort.signal)
      .then(
        () => change(id, { state: 'done' }),
        (error: unknown) => change(id, { state: 'failed', reason: failureOf(error).message }),
      )
      .finally(() => {
        moving.delete(id);
        next();
      });
    next();
  };
  const add = (about: Pick<Transfer, 'op' | 'name' | 'size'>, run: Job['run']): void => {
    const id = nextId++;
    const isTooLarge = about.size > MOST_BYTES;
    const state = isTooLarge ? 'failed' : 'waiting';
    setList((all) => [{ id, ...about, moved: 0, state, reason: isTooLarge ? TOO_LARGE : undefined }, ...all]);
    if (isTooLarge) return;
    waiting.push({ id, abort: new AbortController(), run });
    next();
  };
  const remove = (id: number): void => {
    const at = waiting.findIndex((job) => job.id === id);
    if (at >= 0) waiting.splice(at, 1);
    moving.get(id)?.abort.abort(new Error('It was cancelled.'));
    setList((all) => all.filter((each) => each.id !== id));
  };
  onCleanup(() => {
    for (const { id } of list()) remove(id);
  });

  return {
    list,
    upload(files) {
      for (const file of files) {
        add({ op: 'upload', name: file.name, size: file.size }, async (onProgress, signal) => {
          await desktop().upload(file, { onProgress, signal });
        });
      }
    },
    save: ({ name, size }) =>
      add({ op: 'download', name, size }, async (onProgress, signal) => {
        const { stream } = await desktop().download(name);
        saveAs(name, await collect(stream, onProgress, signal));
      }),
    remove,
  };
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onProgress: (moved: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  let moved = 0;
  const counting = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(bytes, controller) {
      moved += bytes.length;
      onProgress(moved);
      controller.enqueue(bytes);
    },
  });
  return new Response(stream.pipeThrough(counting, { signal })).blob();
}

/** Makes the browser save a file where it saves all downloads. */
function saveAs(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The address may be released as soon as the browser has handled the click. Only Safari needs it a little longer.
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
}

const REVOKE_MS = 60_000;
const TOO_LARGE = 'A file may have at most 256 MiB.';
