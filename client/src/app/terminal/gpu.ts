/**
 * Draws terminals with WebGL if the computer has a graphics card. Otherwise xterm's DOM renderer draws them.
 */
import type { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';

/**
 * Names of software renderers for WebGL, which are slower than the DOM renderer. Some browsers offer a
 * software renderer even if a page asks for a hardware renderer.
 */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let Addon: typeof WebglAddon | undefined;

/**
 * Loads the WebGL renderer if the computer can use it. Call it once before terminals are drawn, because it
 * changes the width of cells.
 */
export async function prepareGpu(): Promise<void> {
  if (probe()) Addon = (await import('@xterm/addon-webgl')).WebglAddon;
}

function probe(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  // Chromium names the renderer only "WebKit WebGL". A WebGL extension is needed to get the real name of the
  // renderer. Firefox gives the real name at once, and warns if the extension is used.
  let name = String(gl.getParameter(gl.RENDERER));
  const info = name === 'WebKit WebGL' && gl.getExtension('WEBGL_debug_renderer_info');
  if (info) name = String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !SOFTWARE.test(name);
}

/**
 * Draws a visible terminal with WebGL if the renderer is loaded. Call the returned function when the terminal
 * is hidden, because browsers allow only a few WebGL contexts.
 */
export function drawOnGpu(terminal: Terminal): () => void {
  if (!Addon) return () => {};
  const addon = new Addon();
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    addon.dispose();
  };
  // After sleep or a restart of the graphics driver, the WebGL context is lost. The DOM renderer then draws
  // the terminal.
  addon.onContextLoss(end);
  terminal.loadAddon(addon);
  return end;
}
