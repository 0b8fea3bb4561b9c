/** Secrets and ids: how they are made, and the only form in which a secret is ever kept. */
import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: nobody guesses one, so a plain hash is enough to store it. */
const SECRET_BYTES = 32;
/** Letters and digits of an id, all legal in host names; 12 of them are 60 bits. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const ID_LENGTH = 12;

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Such as vm-k3v9w2m8x4qa. */
export function newId(prefix: 'u' | 's' | 'p' | 'vm' | 'hub'): string {
  const letters = [...randomBytes(ID_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return `${prefix}-${letters.join('')}`;
}
