/** Security headers of every response: what a page of this hub may load, and who may frame or read it. */
import type { ServerResponse } from 'node:http';

/** The content security policy. hubs: origins of this deployment's hubs. */
const policy = (hubs: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    // xterm.js puts its colours into style elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    // A terminal's WebSocket may go to a hub of another region of this deployment.
    ["connect-src 'self'", ...hubs, ...hubs.map((url) => url.replace('http', 'ws'))].join(' '),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const HEADERS: Record<string, string> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // A login link's key must not leak in a Referer header.
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function setSecurityHeaders(response: ServerResponse, hubs: readonly string[]): void {
  response.setHeader('Content-Security-Policy', policy(hubs));
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}
