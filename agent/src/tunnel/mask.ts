/**
 * Masking of WebSocket frames. The random mask protects proxies that do not know WebSockets from taking payload for an
 * HTTP request. With TLS or on loopback no proxy can read the frames. There a mask of zeros saves one copy of every byte
 * here, and one pass over it at the hub.
 */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Returns options for the ws package. */
export function maskFor(url: string): { generateMask?: (mask: Buffer) => void } {
  const { protocol, hostname } = new URL(url);
  const unread = protocol === 'wss:' || LOOPBACK.has(hostname);
  return unread ? { generateMask: (mask) => mask.fill(0) } : {};
}
