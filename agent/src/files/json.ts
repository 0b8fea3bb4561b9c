/**
 * Reads and writes small JSON files. A file is written under a temporary name and then renamed, so that a
 * crash does not damage it. Every file is validated when it is read.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { z } from 'zod';

/** Permissions of the agent's files and folders: only the owner may access them. */
const FILE_MODE = 0o600;
const DIR_MODE = 0o700;

export async function makeDir(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: DIR_MODE });
  } catch (error) {
    throw fileError(path, error);
  }
}

/**
 * Writes a file so that a reader gets either the complete old content or the complete new content, even after
 * a power failure.
 */
export async function writeAtomic(path: string, content: string): Promise<void> {
  await makeDir(dirname(path));
  const aside = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(aside, 'wx', FILE_MODE);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw fileError(path, error);
  }
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Returns undefined if the file does not exist. If the file is damaged, throws an error that names the file,
 * the invalid field and a remedy.
 */
export async function readJson<T>(
  path: string,
  schema: z.ZodType<T>,
  remedy: string,
): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw fileError(path, error);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'it is no JSON';
    throw new UniCoreError('BAD_REQUEST', `${path} is damaged: ${why}. ${remedy}`, { cause: error });
  }
}

/** Returns the code of a system error, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function fileError(path: string, error: unknown): UniCoreError {
  if (codeOf(error) === 'ENOSPC') {
    return new UniCoreError('DISK_FULL', `The disk is full: ${path} cannot be written. Free some space.`, {
      cause: error,
    });
  }
  const why = error instanceof Error ? error.message : String(error);
  return new UniCoreError('INTERNAL', `${path} cannot be used: ${why}`, { cause: error });
}
