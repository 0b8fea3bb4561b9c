/**
 * Whether what a WebSocket client sends is masked in earnest. The mask keeps proxies that do not know WebSockets from
 * taking a stranger's bytes for a request. Where there is TLS, or no network at all, nobody on the way can read them, and
 * a mask of zeros saves a copy of every byte here and a pass over it at the hub.
 */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** For the options of ws. */
export function maskFor(url: string): { generateMask?: (mask: Buffer) => void } {
  const { protocol, hostname } = new URL(url);
  const unread = protocol === 'wss:' || LOOPBACK.has(hostname);
  return unread ? { generateMask: (mask) => mask.fill(0) } : {};
}
