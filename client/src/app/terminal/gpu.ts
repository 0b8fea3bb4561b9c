/** Draws a terminal on the graphics card where there is one; xterm's own DOM renderer draws it everywhere else. */
import type { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

/** WebGL in software is slower than the DOM, and some browsers have it although a caveat was asked to rule it out. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let Addon: typeof WebglAddon | undefined;

/** Call once, before terminals are drawn: cells are a little wider or narrower on the card, so the choice comes first. */
export async function prepareGpu(): Promise<void> {
  if (probe()) Addon = (await import('@xterm/addon-webgl')).WebglAddon;
}

function probe(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  // Chromium says no more than "WebKit WebGL" here; Firefox warns about the extension, which it does not need.
  let name = String(gl.getParameter(gl.RENDERER));
  const info = name === 'WebKit WebGL' && gl.getExtension('WEBGL_debug_renderer_info');
  if (info) name = String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !SOFTWARE.test(name);
}

/** Call when the terminal becomes visible; browsers allow few WebGL contexts, so end it when it is hidden. */
export function drawOnGpu(terminal: Terminal): () => void {
  if (!Addon) return () => {};
  const addon = new Addon();
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    addon.dispose();
  };
  // The driver restarted, or the machine slept: the DOM takes over.
  addon.onContextLoss(end);
  terminal.loadAddon(addon);
  return end;
}
