/**
 * Sends the responses of the hub's own routes: JSON or text for programs, and a short HTML page for people.
 */
import type { ServerResponse } from 'node:http';
import { ERRORS, type UniCoreError } from '@unicore/protocol';

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body));
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain; charset=utf-8', `${text}\n`);
}

export function sendError(response: ServerResponse, { code, message, retryAfterMs }: UniCoreError): void {
  if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
  sendJson(response, ERRORS[code].http, {
    code,
    message,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/**
 * Sends an HTML page with one message. title and text are inserted without escaping, so they must not contain
 * anything from a request.
 */
export function sendPage(response: ServerResponse, status: number, title: string, text: string): void {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>UniCore: ${title}</title><style>body{font:16px/1.6 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em;color-scheme:light dark}</style><h1>${title}</h1><p>${text}</p></html>\n`;
  send(response, status, 'text/html; charset=utf-8', html);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}
