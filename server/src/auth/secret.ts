/** Creates secrets and ids, and hashes secrets. The store contains only the hashes of secrets. */
import { createHash, randomBytes } from 'node:crypto';

/**
 * Length of a secret, bytes. 256 random bits cannot be guessed, so a plain hash without a salt is safe enough
 * for storage.
 */
const SECRET_BYTES = 32;
/** The characters of an id. All of them are legal in host names. 12 random characters contain 60 bits. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const ID_LENGTH = 12;

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Example: vm-k3v9w2m8x4qa. */
export function newId(prefix: 'u' | 's' | 'p' | 'vm' | 'hub' | 'ds'): string {
  const letters = [...randomBytes(ID_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return `${prefix}-${letters.join('')}`;
}
