import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { systemClock } from '@unicore/protocol';
import { Lease } from '../lease/index.ts';
import { SharedBrowser } from './index.ts';
import { startRealBrowser } from './testing/real-browser.ts';

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
  if (q.url === '/deb') {
    r.setHeader('content-disposition', 'attachment; filename=setup.deb');
    r.setHeader('content-type', 'application/octet-stream');
    r.end('MZhello');
    return;
  }
  r.setHeader('content-type', 'text/html');
  r.end('<title>t</title>' + q.url);
}).listen(0, '127.0.0.1');
await new Promise((r) => web.once('listening', r));
const base = `http://127.0.0.1:${(web.address() as any).port}`;
const t0 = Date.now();
const log = (...a: unknown[]) => console.log(Date.now() - t0, ...a);
await using real = await startRealBrowser();
const shared = new SharedBrowser({
  clock: systemClock,
  lease: new Lease({ clock: systemClock, now: Date.now }),
  folders: real.folders,
});
void shared.attach(real.pipe);
const targets = ((await shared.call('Target.getTargets')) as any).targetInfos;
const page = targets.find((t: any) => t.type === 'page');
const { sessionId } = (await shared.call('Target.attachToTarget', {
  targetId: page.targetId,
  flatten: true,
})) as any;
shared.subscribe((e) => e.method.startsWith('Browser.') && log(JSON.stringify(e).slice(0, 300)));
for (const behavior of ['default', 'allow']) {
  log(
    behavior,
    await shared.call('Browser.setDownloadBehavior', {
      behavior,
      eventsEnabled: true,
      downloadPath: real.folders.downloads,
    }),
  );
  for (const u of ['/file', '/file', '/exe', '/exe', '/deb']) {
    await shared.call('Page.navigate', { url: base + u }, sessionId).catch(log);
    await new Promise((r) => setTimeout(r, 1500));
  }
  log(readdirSync(real.folders.downloads));
}
const nav = async (url: string) =>
  log(
    url,
    JSON.stringify(await shared.call('Page.navigate', { url }, sessionId).catch(String)).slice(0, 200),
  );
await nav('file:///etc/passwd');
await nav('/etc/passwd');
await nav('chrome://settings');
await nav('devtools://devtools/bundled/inspector.html');
await nav(base + '/x');
const raw = shared as any;
log(
  'huge',
  (
    (await shared.call(
      'Runtime.evaluate',
      { expression: '"x".repeat(30e6)', returnByValue: true },
      sessionId,
    )) as any
  ).result.value.length,
);
console.time('big');
await shared.call('Runtime.evaluate', { expression: '"x".repeat(30e6)', returnByValue: true }, sessionId);
console.timeEnd('big');
log(
  await shared
    .call('Runtime.evaluate', { expression: '"x".repeat(80e6)', returnByValue: true }, sessionId)
    .catch(String),
);
log(
  await shared
    .call(
      'Network.loadNetworkResource',
      {
        url: 'file:///etc/hostname',
        frameId: ((await shared.call('Page.getFrameTree', {}, sessionId)) as any).frameTree.frame.id,
        options: { disableCache: true, includeCredentials: false },
      },
      sessionId,
    )
    .catch(String),
);
log(await shared.call('Foo.bar', {}, 'ABC').catch(String));
web.close();
