/** noVNC, which asks for a desktop of `scale` pixels per CSS pixel, so that its picture is sharp. */
import RFB from '@novnc/novnc';

export class FineRfb extends RFB {
  /** Pixels of the desktop per CSS pixel of this page. noVNC itself always asks for 1. */
  scale = 1;
  #isAsking = false;

  protected override _screenSize(): { w: number; h: number } {
    const { w, h } = super._screenSize();
    const scale = this.#isAsking ? this.scale : 1;
    return { w: Math.floor(w * scale), h: Math.floor(h * scale) };
  }

  protected override _requestRemoteResize(): void {
    this.#isAsking = true;
    super._requestRemoteResize();
    this.#isAsking = false;
  }
}
