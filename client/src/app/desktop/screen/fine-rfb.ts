/**
 * noVNC without its keyboard, since keys go to the desktop as private messages. It asks for a desktop of `scale`
 * pixels per CSS pixel, so that its picture is sharp.
 */
import RFB from '@novnc/novnc';

/** The extended clipboard's format of plain text. */
const TEXT = 1;
/** Windows of Chromium are at least this wide, in CSS pixels. A narrower desktop would cut them off. */
const LEAST_WIDTH = 500;

export class FineRfb extends RFB {
  /** Pixels of the desktop per CSS pixel of this page. noVNC itself always asks for 1. */
  scale = 1;
  #isAsking = false;

  constructor(...options: ConstructorParameters<typeof RFB>) {
    super(...options);
    this._keyboard = { grab: () => {}, ungrab: () => {} };
  }

  /**
   * Asks for the page's size. noVNC waits for the answer to its last wish, and a desktop does not answer while
   * somebody else has its controls.
   */
  refit(): void {
    this._pendingRemoteResize = false;
    this._requestRemoteResize();
  }

  /**
   * Gives a text to the clipboard of the desktop, at once. noVNC itself only tells that there is one, and sends what it
   * has when the desktop asks, which may be a newer text by then.
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
