/**
 * The provider's Ed25519 key pair. It is generated on this machine, and the private key never leaves the
 * machine.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import { PublicKey } from '@unicore/protocol/control';
import type { z } from 'zod';
import { codeOf, writeAtomic } from '../files/index.ts';

export type PublicJwk = z.infer<typeof PublicKey>;

export class ProviderKey {
  readonly #private: KeyObject;

  constructor(privateKey: KeyObject) {
    this.#private = privateKey;
  }

  /** The public key as a JWK, the form in which the hub stores it. */
  get publicJwk(): PublicJwk {
    return PublicKey.parse(createPublicKey(this.#private).export({ format: 'jwk' }));
  }

  /** Returns the signature of the UTF-8 text, in base64url. */
  sign(text: string): string {
    return sign(null, Buffer.from(text), this.#private).toString('base64url');
  }
}

/** Reads the provider's key pair from the agent's folder. Returns undefined if no key exists yet. */
export async function loadKey(agentDir: string): Promise<ProviderKey | undefined> {
  const path = keyPath(agentDir);
  let pem: string;
  try {
    pem = await readFile(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new UniCoreError('INTERNAL', `${path} cannot be read. Check whom it belongs to.`, { cause });
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`a key of type ${key.asymmetricKeyType}`);
    return new ProviderKey(key);
  } catch (cause) {
    throw new UniCoreError('BAD_REQUEST', `${path} holds no Ed25519 key. Delete it and join the hub again.`, {
      cause,
    });
  }
}

export async function makeKey(agentDir: string): Promise<ProviderKey> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeAtomic(keyPath(agentDir), privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  return new ProviderKey(privateKey);
}

function keyPath(agentDir: string): string {
  return join(agentDir, 'key.pem');
}
