/**
 * The HTTP calls that an agent makes before it opens its WebSocket: join, challenge and token. A desktop on Cloud
 * Run calls boot in place of join.
 */
import { z } from 'zod';
import { DesktopRef } from './desktop.ts';
import { Id } from './ids.ts';

export const ProviderRef = z.object({ providerId: Id });
export type ProviderRef = z.infer<typeof ProviderRef>;

/** The agent's public key as a JWK. Other members of the JWK are ignored. */
export const PublicKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[\w-]{43}$/, 'must be 32 bytes in base64url'),
});
export const AgentJoin = z.object({
  /** A join token from provider.joinToken. It can be used only once. */
  token: z.string().max(200),
  publicKey: PublicKey,
  /** The name of this machine, as users see it. */
  name: z.string().trim().min(1).max(100),
});
/** A desktop registers the key that it has made. The same key may be sent again if the answer was lost. */
export const AgentBoot = DesktopRef.extend({
  /** The secret that the hub gave to this start of the desktop. It can be used only once. */
  bootToken: z.string().max(200),
  publicKey: PublicKey,
});
export const AgentChallenge = z.object({
  /**
   * A text from the hub (the challenge). The agent signs the UTF-8 bytes of this text, unchanged, to prove
   * that it has its private key.
   */
  challenge: z.string().max(1024),
  expiresAt: z.number(),
});
export type AgentChallenge = z.infer<typeof AgentChallenge>;

export const AgentProof = ProviderRef.extend({
  challenge: z.string().max(200),
  /** Ed25519 signature of the challenge's UTF-8 bytes, in base64url. */
  signature: z.string().max(100),
});
export type AgentProof = z.infer<typeof AgentProof>;

/** A token that the agent sends in its HELLO frame on /provider. */
export const AgentToken = z.object({ token: z.string().max(4096), expiresAt: z.number() });
export type AgentToken = z.infer<typeof AgentToken>;

/**
 * The calls join, challenge and token, which an agent makes over HTTP. The hub's router implements them under
 * `agent.*`. A failed call rejects with a UniCoreError.
 */
export interface AgentCalls {
  join(wish: z.input<typeof AgentJoin>): Promise<ProviderRef>;
  challenge(wish: ProviderRef): Promise<Pick<AgentChallenge, 'challenge'>>;
  token(proof: AgentProof): Promise<AgentToken>;
}

/** The call by which a desktop on Cloud Run becomes a provider. Rejects with SUPERSEDED if it is not wanted any more. */
export interface BootCalls {
  boot(wish: z.input<typeof AgentBoot>): Promise<ProviderRef>;
}
