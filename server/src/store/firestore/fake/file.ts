/** Saves the fake's documents in a file, so that a cluster on one machine keeps them over restarts. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type Document, Documents } from './documents.ts';
import { Fields } from './messages.ts';

/** Changes within this time are saved together, because each save writes all documents. */
const GATHER_MS = 100;
/** Largest share of the time that saving may take if there are many documents. */
const SHARE = 1 / 20;

const Kept = z.array(
  z.object({ name: z.string(), fields: Fields, createTime: z.number(), updateTime: z.number() }),
);

export class DocumentFile {
  readonly documents: Documents;
  readonly #path: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #gatherMs = GATHER_MS;

  /** path: undefined keeps the documents in memory only. */
  constructor(path: string | undefined) {
    this.#path = path;
    const kept = path !== undefined && existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
    this.documents = new Documents(Kept.parse(kept));
  }

  changed(): void {
    if (this.#path === undefined) return;
    this.#timer ??= setTimeout(() => this.save(), this.#gatherMs);
  }

  /** Replaces the file atomically: if the process is killed, the previous file stays. */
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
