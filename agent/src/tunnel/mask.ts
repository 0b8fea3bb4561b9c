/**
 * Masking of WebSocket frames. A proxy that does not know WebSockets could treat payload as an HTTP request.
 * A random mask prevents this error. With TLS or on loopback, no proxy can read the frames. In these cases a
 * mask of zeros saves one copy of every byte in the agent, and one pass over every byte in the hub.
 */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Returns the mask option for the ws package. The result is empty if the mask must be random. */
export function maskFor(url: string): { generateMask?: (mask: Buffer) => void } {
  const { protocol, hostname } = new URL(url);
  const unread = protocol === 'wss:' || LOOPBACK.has(hostname);
  return unread ? { generateMask: (mask) => mask.fill(0) } : {};
}
