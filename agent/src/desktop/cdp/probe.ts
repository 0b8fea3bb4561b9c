import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { systemClock } from '@unicore/protocol';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { Lease } from '../lease/index.ts';
import { SharedBrowser } from './index.ts';
import { startRealBrowser } from './testing/real-browser.ts';
import { startBridge } from './testing/web-socket-bridge.ts';

const web = createServer((q, r) => {
  if (q.url === '/file') {
    r.setHeader('content-disposition', 'attachment; filename=report.txt');
    r.end('hello');
    return;
  }
  if (q.url === '/exe') {
    r.setHeader('content-disposition', 'attachment; filename=setup.exe');
    r.setHeader('content-type', 'application/x-msdownload');
    r.end('MZhello');
    return;
  }
  r.setHeader('content-type', 'text/html');
  r.end(
    '<title>t</title><input id=i><a id=d href=/file>d</a><a id=e href=/exe>e</a><select id=s><option>a<option>b</select>',
  );
}).listen(0, '127.0.0.1');
await new Promise((r) => web.once('listening', r));
const base = `http://127.0.0.1:${(web.address() as any).port}`;
const t0 = Date.now();
const log = (...a: unknown[]) => console.log(Date.now() - t0, ...a);
await using real = await startRealBrowser();
log('started');
const lease = new Lease({ clock: systemClock, now: Date.now });
const shared = new SharedBrowser({ clock: systemClock, lease, folders: real.folders });
void shared.attach(real.pipe);
log(JSON.stringify(await shared.call('Browser.getVersion')).slice(0, 100));
await using bridge = await startBridge(shared);
const VIEWER = { kind: 'viewer', id: 'v', name: 'Anna' } as const;
lease.subscribe((c) => log('control', c.holder?.name ?? null));
lease.take(VIEWER);
const a = await chromium.connectOverCDP(bridge.url + '/a');
log('a connected while held');
const p = await puppeteer.connect({ browserWSEndpoint: bridge.url + '/p', defaultViewport: null });
log('p connected while held');
const pPages = await p.pages();
log('p pages', pPages.length, pPages[0]?.viewport());
lease.leave(VIEWER);
const pageA = a.contexts()[0]!.pages()[0]!;
await pageA.goto(base);
log('goto');
log('viewport seen', await pageA.evaluate(() => [innerWidth, innerHeight, document.hasFocus()]));
const b = await chromium.connectOverCDP(bridge.url + '/b').catch((e) => {
  log(String(e));
  throw e;
});
const pageB = b.contexts()[0]!.pages()[0]!;
await pageB.fill('#i', 'abc').catch((e) => log('fill B while A holds', String(e).slice(0, 200)));
await pageA.fill('#i', 'abc');
log('B sees', await pageB.inputValue('#i'));
for (const sel of ['#d', '#d', '#e']) {
  const [d] = await Promise.all([pageA.waitForEvent('download'), pageA.click(sel)]);
  log(
    'download',
    d.suggestedFilename(),
    'failure',
    await d.failure(),
    'path',
    await d.path().catch(String),
    await d.saveAs('/tmp/x-down').catch(String),
  );
  log(readdirSync(real.folders.downloads));
}
log('shot', (await pageA.screenshot()).length);
await b.close();
log('b closed', shared.programs);
const ctx = await a.newContext();
const page2 = await ctx.newPage();
await page2.goto(base);
log(
  'incognito',
  await page2.evaluate(() => [innerWidth, innerHeight, document.hasFocus(), document.visibilityState]),
  'first',
  await pageA.evaluate(() => [document.hasFocus(), document.visibilityState]),
);
await pageA.fill('#i', 'xyz');
await pageA.press('#i', 'Q');
await pageA.click('#i');
log(
  'background fill',
  await pageA.inputValue('#i'),
  await pageA.evaluate(() => [document.hasFocus(), document.activeElement?.id]),
);
await p.close();
log('p closed', shared.programs);
const pages = await a.contexts()[0]!.pages();
log(pages.length);
await a.close();
log(
  'still',
  ((await shared.call('Target.getTargets')) as any).targetInfos.map((t: any) => [t.type, t.url]),
);
web.close();
process.exitCode = 0;
