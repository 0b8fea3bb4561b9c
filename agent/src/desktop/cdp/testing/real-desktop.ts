/** A real Chromium shared by unmodified clients, and the pages that they open. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@unicore/protocol';
import { type Browser, chromium } from 'playwright-core';
import puppeteer, { type Browser as PuppeteerBrowser } from 'puppeteer-core';
import { expect } from 'vitest';
import { Lease } from '../../lease/index.ts';
import { type ProgramConnection, SharedBrowser } from '../index.ts';
import { Program } from './program.ts';
import { type RealBrowser, startRealBrowser } from './real-browser.ts';
import { type Bridge, startBridge } from './web-socket-bridge.ts';

const FORM = `<title>Order</title>
<input id=name><select id=size><option>small<option>large</select>
<input id=file type=file><a id=report href=/report>report</a>
<button onclick="document.title = 'sent ' + document.querySelector('#name').value">send</button>`;
const FRAME = `<input id=card>`;
/** Smaller than the default, because Chromium needs long to write a message of the default size. */
export const MAX_BYTES = 4 * 1024 * 1024;

export class RealDesktop {
  readonly lease: Lease;
  readonly real: RealBrowser;
  readonly shared: SharedBrowser;
  /** The origin of the test's pages. */
  readonly origin: string;
  readonly #bridge: Bridge;
  readonly #closePages: () => void;
  readonly #programs: (Browser | PuppeteerBrowser)[] = [];
  readonly #connections: ProgramConnection[] = [];

  static async start(): Promise<RealDesktop> {
    const lease = new Lease({ clock: systemClock, now: Date.now });
    const [pages, real] = await Promise.all([startPages(), startRealBrowser()]);
    const options = { clock: systemClock, lease, folders: real.folders, maxBytes: MAX_BYTES };
    const shared = new SharedBrowser(options);
    void shared.attach(real.pipe);
    await shared.call('Browser.getVersion');
    return new RealDesktop({ lease, real, shared, pages, bridge: await startBridge(shared) });
  }

  private constructor(parts: {
    lease: Lease;
    real: RealBrowser;
    shared: SharedBrowser;
    bridge: Bridge;
    pages: Pages;
  }) {
    this.lease = parts.lease;
    this.real = parts.real;
    this.shared = parts.shared;
    this.origin = parts.pages.origin;
    this.#bridge = parts.bridge;
    this.#closePages = parts.pages.close;
  }

  async playwright(name: string) {
    const browser = await chromium.connectOverCDP(`${this.#bridge.url}/${name}`);
    this.#programs.push(browser);
    const page = browser.contexts()[0]?.pages()[0];
    if (!page) throw new Error('the browser has no page');
    return { browser, page };
  }

  async puppeteer(name: string) {
    const browserWSEndpoint = `${this.#bridge.url}/${name}`;
    const browser = await puppeteer.connect({ browserWSEndpoint, defaultViewport: null });
    this.#programs.push(browser);
    const [page] = await browser.pages();
    if (!page) throw new Error('the browser has no page');
    return { browser, page };
  }

  /** Connects a program that sends and receives raw CDP messages. */
  program(): Program {
    const program = new Program(this.shared);
    this.#connections.push(program.connection);
    return program;
  }

  /** Resolves when all programs of a test have disconnected. */
  async closePrograms(): Promise<void> {
    await Promise.all(this.#programs.splice(0).map((program) => program.close()));
    for (const connection of this.#connections.splice(0)) connection.close();
    await expect.poll(() => this.shared.programs).toBe(0);
  }

  async stop(): Promise<void> {
    await this.#bridge[Symbol.asyncDispose]();
    await this.real[Symbol.asyncDispose]();
    this.#closePages();
  }
}

interface Pages {
  readonly origin: string;
  close(): void;
}

async function startPages(): Promise<Pages> {
  const server = createServer((request, response) => serve(request.url ?? '', origin, response)).listen(0);
  await once(server, 'listening');
  // `address()` is a string only for unix sockets.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function serve(path: string, origin: string, response: ServerResponse): void {
  if (path === '/report') {
    response.setHeader('content-disposition', 'attachment; filename=report.txt');
    response.end('the report');
    return;
  }
  response.setHeader('content-type', 'text/html; charset=utf-8');
  // The frame has a different host than the page. So it is cross-origin and runs in a process of its own.
  const frame = `<iframe src="${origin.replace('127.0.0.1', 'localhost')}/frame"></iframe>`;
  response.end(path === '/frame' ? FRAME : FORM + frame);
}
