/**
 * Security headers of every response. They define what a page of this hub may load, and which other sites may
 * embed or read the page.
 */
import type { ServerResponse } from 'node:http';

/** Returns the content security policy. hubs: the origins of all hubs of this deployment. */
const policy = (hubs: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    // xterm.js puts its colours into style elements, so inline styles must be allowed.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    // The WebSocket of a terminal may go to a hub in another region of this deployment.
    ["connect-src 'self'", ...hubs, ...hubs.map((url) => url.replace('http', 'ws'))].join(' '),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const HEADERS: Record<string, string> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // The URL of a login link contains a key, which must not leak in a Referer header.
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function setSecurityHeaders(response: ServerResponse, hubs: readonly string[]): void {
  response.setHeader('Content-Security-Policy', policy(hubs));
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}
