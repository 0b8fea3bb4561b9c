/**
 * Saves the documents of the fake Firestore server in a file, so that a local cluster keeps its data after a
 * restart.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type Document, Documents } from './documents.ts';
import { Fields } from './messages.ts';

/** Changes within this time are saved together, ms, because each save writes all documents. */
const GATHER_MS = 100;
/**
 * Saving many documents may take at most about this fraction of the time. The pauses between saves grow
 * accordingly.
 */
const SHARE = 1 / 20;

const Kept = z.array(
  z.object({ name: z.string(), fields: Fields, createTime: z.number(), updateTime: z.number() }),
);

export class DocumentFile {
  readonly documents: Documents;
  readonly #path: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #gatherMs = GATHER_MS;

  /** If `path` is undefined, the documents are kept only in memory. */
  constructor(path: string | undefined) {
    this.#path = path;
    const kept = path !== undefined && existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
    this.documents = new Documents(Kept.parse(kept));
  }

  changed(): void {
    if (this.#path === undefined) return;
    this.#timer ??= setTimeout(() => this.save(), this.#gatherMs);
  }

  /** Replaces the file atomically. If the process is killed meanwhile, the previous file remains. */
  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#path === undefined) return;
    const begun = performance.now();
    mkdirSync(dirname(this.#path), { recursive: true });
    const all: Document[] = [...this.documents.all()];
    writeFileSync(`${this.#path}.new`, JSON.stringify(all), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#gatherMs = Math.max(GATHER_MS, (performance.now() - begun) / SHARE);
  }
}
