/** Security headers of every response: what the hub's pages may load, and which sites may frame or read them. */
import type { ServerResponse } from 'node:http';

/** hubs: all origins of this deployment. */
const policy = (hubs: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    // xterm.js needs inline styles, because it writes its colours into style elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    // Terminals are WebSockets, also to hubs of the deployment's other regions.
    ["connect-src 'self'", ...hubs, ...hubs.map((url) => url.replace('http', 'ws'))].join(' '),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const HEADERS: Record<string, string> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // The key of a login link must not leak in a Referer header.
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function setSecurityHeaders(response: ServerResponse, hubs: readonly string[]): void {
  response.setHeader('Content-Security-Policy', policy(hubs));
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}
