/** Serves the web app: the files that Vite built, and the index page of the app for every other path. */
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { UniCoreError } from '@unicore/protocol';
import sirv from 'sirv';
import { sendError, sendPage } from './respond.ts';

/**
 * The path of files whose names contain a hash of their content, which Vite puts there. A file with a given
 * name therefore never changes.
 */
const HASHED = '/assets/';
const FOREVER = 'public, max-age=31536000, immutable';

export type WebApp = (request: IncomingMessage, response: ServerResponse) => void;

export function webApp(webDir: string): WebApp {
  const files = sirv(webDir, {
    // With this option the file server (sirv) reads the disk for each request. Otherwise it would not find
    // files that are built while the hub runs.
    dev: true,
    etag: true,
    single: true,
    setHeaders: (response, path) => {
      if (path.startsWith(HASHED)) response.setHeader('Cache-Control', FOREVER);
    },
  });
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return sendError(
        response,
        new UniCoreError('BAD_REQUEST', `The web app answers GET and HEAD, not ${request.method}.`),
      );
    }
    if (!existsSync(join(webDir, 'index.html'))) {
      return sendPage(
        response,
        503,
        'The web app is not built',
        'The hub runs, but its web app is not there. Stop it and use <code>npm start</code>, which builds it.',
      );
    }
    // sirv throws an error if the Range header is invalid, so the header is removed.
    delete request.headers.range;
    files(request, response, () =>
      sendError(response, new UniCoreError('NOT_FOUND', 'There is no such file.')),
    );
  };
}
