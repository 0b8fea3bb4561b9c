/**
 * The documents of the fake Firestore server. Only commits change them, and each commit is applied completely
 * or not at all.
 */
import { isDeepStrictEqual } from 'node:util';
import { status } from '@grpc/grpc-js';
import type { Fields, Precondition, Time, Write } from './messages.ts';
import { Refusal } from './refusal.ts';

/** Microseconds since 1970. */
type Micros = number;

export interface Document {
  name: string;
  fields: Fields;
  createTime: Micros;
  /** The time when the document last changed. A write that changes nothing does not update it. */
  updateTime: Micros;
}

const MAX_ID_BYTES = 1_500;

export class Documents {
  /** All documents. The outer key is the collection's path, and the inner key is the document's name. */
  readonly #collections = new Map<string, Map<string, Document>>();
  #lastTime: Micros = 0;

  constructor(documents: Iterable<Document> = []) {
    for (const document of documents) this.#put(document.name, document);
  }

  get(name: string): Document | undefined {
    return this.#collections.get(collectionOf(name))?.get(name);
  }

  /** Returns the documents of a collection, in no particular order. */
  in(collection: string): Iterable<Document> {
    return this.#collections.get(collection)?.values() ?? [];
  }

  *all(): Iterable<Document> {
    for (const documents of this.#collections.values()) yield* documents.values();
  }

  /** Returns a timestamp that is later than every commit. */
  now(): Micros {
    this.#lastTime = Math.max(this.#lastTime + 1, Date.now() * 1000);
    return this.#lastTime;
  }

  /**
   * Applies all writes. Returns the time of the commit, and the time at which each document last changed. If
   * a condition fails, throws a Refusal and changes nothing.
   */
  commit(writes: readonly Write[]): { time: Micros; updated: Micros[] } {
    const time = this.now();
    const after = new Map<string, Document | undefined>();
    const updated = writes.map((write) => {
      const name = 'delete' in write ? write.delete : write.update.name;
      requireName(name);
      const before = after.has(name) ? after.get(name) : this.get(name);
      requireAsExpected(name, before, write.currentDocument);
      const next = 'delete' in write ? undefined : updatedBy(write, before, time);
      after.set(name, next);
      return next?.updateTime ?? time;
    });
    for (const [name, document] of after) this.#put(name, document);
    return { time, updated };
  }

  #put(name: string, document: Document | undefined): void {
    const collection = collectionOf(name);
    const documents = this.#collections.get(collection) ?? new Map<string, Document>();
    if (document) documents.set(name, document);
    else documents.delete(name);
    if (documents.size > 0) this.#collections.set(collection, documents);
    else this.#collections.delete(collection);
    this.#lastTime = Math.max(this.#lastTime, document?.updateTime ?? 0);
  }
}

/** Returns the path of the document's collection. */
export function collectionOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

export function timeOf(micros: Micros): Time {
  const seconds = Math.floor(micros / 1e6);
  return { seconds: String(seconds), nanos: (micros - seconds * 1e6) * 1000 };
}

function updatedBy(
  { update, updateMask, updateTransforms }: Extract<Write, { update: unknown }>,
  before: Document | undefined,
  time: Micros,
): Document {
  const fields = { ...(updateMask ? { ...before?.fields } : update.fields) };
  for (const name of updateMask?.fieldPaths ?? []) {
    const value = update.fields[name];
    if (value) fields[name] = value;
    else delete fields[name];
  }
  for (const { fieldPath } of updateTransforms) fields[fieldPath] = { timestampValue: timeOf(time) };
  if (before && isDeepStrictEqual(before.fields, fields)) return before;
  return { name: update.name, fields, createTime: before?.createTime ?? time, updateTime: time };
}

function requireAsExpected(
  name: string,
  document: Document | undefined,
  expected: Precondition | undefined,
): void {
  if (!expected) return;
  if ('exists' in expected) {
    if (expected.exists && !document) throw new Refusal(status.NOT_FOUND, `No document to update: ${name}`);
    if (!expected.exists && document)
      throw new Refusal(status.ALREADY_EXISTS, `Document already exists: ${name}`);
  } else if (!document || !isDeepStrictEqual(timeOf(document.updateTime), expected.updateTime)) {
    throw new Refusal(
      status.FAILED_PRECONDITION,
      `the stored version does not match the required base version: ${name}`,
    );
  }
}

/**
 * Checks that a name has the form projects/P/databases/D/documents/COLLECTION/ID. A nested document has more
 * pairs of COLLECTION/ID.
 */
function requireName(name: string): void {
  const [projects, , databases, , documents, ...path] = name.split('/');
  const fits = projects === 'projects' && databases === 'databases' && documents === 'documents';
  const bad = path.find((id) => /^(|\.|\.\.|__.*__)$/.test(id) || Buffer.byteLength(id) > MAX_ID_BYTES);
  if (!fits || path.length === 0 || path.length % 2 !== 0 || bad !== undefined)
    throw new Refusal(status.INVALID_ARGUMENT, `Document name "${name}" is not a valid document name.`);
}
