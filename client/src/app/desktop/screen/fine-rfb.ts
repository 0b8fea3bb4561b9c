/**
 * noVNC with two changes. It has no keyboard, because the page sends keys as private messages. It requests a
 * desktop with `scale` pixels per CSS pixel, so that the picture is sharp.
 */
import RFB from '@novnc/novnc';

/** The number of plain text among the formats of the extended clipboard. */
const TEXT = 1;
/** Chromium's windows have at least this width, in CSS pixels. A narrower desktop would hide a part of them. */
const LEAST_WIDTH = 500;

export class FineRfb extends RFB {
  /** Number of desktop pixels per CSS pixel of this page. Plain noVNC always uses 1. */
  scale = 1;
  #isAsking = false;

  constructor(...options: ConstructorParameters<typeof RFB>) {
    super(...options);
    this._keyboard = { grab: () => {}, ungrab: () => {} };
  }

  /**
   * Requests the page's size from the desktop again. noVNC itself waits for the answer to its last request, but a
   * desktop does not answer while somebody else has the controls.
   */
  refit(): void {
    this._pendingRemoteResize = false;
    this._requestRemoteResize();
  }

  /**
   * Sends a text to the desktop's clipboard at once. noVNC itself only announces the text, and sends it when the
   * desktop asks. By then it may send a newer text.
   */
  give(text: string): void {
    this.clipboardPasteFrom(text);
    const isExtended = this._clipboardServerCapabilitiesFormats[TEXT] === true;
    if (isExtended) RFB.messages.extendedClipboardProvide(this._sock, [TEXT], [text]);
  }

  protected override _screenSize(): { w: number; h: number } {
    const size = super._screenSize();
    if (!this.#isAsking) return size;
    const scale = this.scale * Math.max(1, LEAST_WIDTH / size.w);
    return { w: Math.floor(size.w * scale), h: Math.floor(size.h * scale) };
  }

  protected override _requestRemoteResize(): void {
    this.#isAsking = true;
    super._requestRemoteResize();
    this.#isAsking = false;
  }
}
