/** Headers of every answer: what a page of this hub may load, and who may frame or read it. */
import type { ServerResponse } from 'node:http';

/** hubs: origins of this deployment. */
const policy = (hubs: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    // xterm writes its colours into style elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    // Terminals are WebSockets; those of another region are at another hub of the same deployment.
    ["connect-src 'self'", ...hubs, ...hubs.map((url) => url.replace('http', 'ws'))].join(' '),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const HEADERS: Record<string, string> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // A login link's key must not travel on in a Referer.
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function setSecurityHeaders(response: ServerResponse, hubs: readonly string[]): void {
  response.setHeader('Content-Security-Policy', policy(hubs));
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}
