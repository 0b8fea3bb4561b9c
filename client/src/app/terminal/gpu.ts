/** Draws terminals with WebGL if there is a graphics card, otherwise with xterm's DOM renderer. */
import type { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

/**
 * Renderer names of software WebGL, which is slower than the DOM. Some browsers offer it although the code below asks
 * for none.
 */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let Addon: typeof WebglAddon | undefined;

/** Loads the WebGL renderer if it is useful. Call it once before terminals are drawn, since it changes the cell width. */
export async function prepareGpu(): Promise<void> {
  if (probe()) Addon = (await import('@xterm/addon-webgl')).WebglAddon;
}

function probe(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  // Chromium only says "WebKit WebGL" here and needs the extension. Firefox warns about the extension and does not need it.
  let name = String(gl.getParameter(gl.RENDERER));
  const info = name === 'WebKit WebGL' && gl.getExtension('WEBGL_debug_renderer_info');
  if (info) name = String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !SOFTWARE.test(name);
}

/** Draws a visible terminal with WebGL, if loaded. Call the result once it is hidden: WebGL contexts are few. */
export function drawOnGpu(terminal: Terminal): () => void {
  if (!Addon) return () => {};
  const addon = new Addon();
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    addon.dispose();
  };
  // After a driver restart or sleep, the DOM renderer takes over.
  addon.onContextLoss(end);
  terminal.loadAddon(addon);
  return end;
}
