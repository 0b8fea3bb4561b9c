/** Creates secrets and ids, and hashes secrets: only the hash of a secret is stored. */
import { createHash, randomBytes } from 'node:crypto';

/** 256 bits cannot be guessed, so a plain hash without a salt is enough for storage. */
const SECRET_BYTES = 32;
/** Characters of an id, all legal in host names; 12 of them are 60 bits. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const ID_LENGTH = 12;

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Example: vm-k3v9w2m8x4qa. */
export function newId(prefix: 'u' | 's' | 'p' | 'vm' | 'hub'): string {
  const letters = [...randomBytes(ID_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return `${prefix}-${letters.join('')}`;
}
