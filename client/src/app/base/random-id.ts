/** Random ids, for example for idempotency keys. */

/** Returns a random id. crypto.randomUUID is not used because it does not exist on pages without TLS. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
