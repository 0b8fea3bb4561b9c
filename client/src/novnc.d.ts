/**
 * The types of noVNC. They are published for an older version, whose module had another name; what it exports
 * has stayed the same.
 */
/// <reference types="novnc__novnc" />
declare module '@novnc/novnc' {
  import NoVnc from '@novnc/novnc/lib/rfb';

  export default class RFB extends NoVnc {
    // What follows is not part of noVNC's documented interface. The page overrides it, because noVNC has no option
    // to ask for more pixels than its element has CSS pixels, and none to leave the keyboard to the page.
    /** Listens to keys while it is grabbed. */
    protected _keyboard: { grab(): void; ungrab(): void };
    /** The formats of the extended clipboard that the desktop knows. */
    protected _clipboardServerCapabilitiesFormats: Readonly<Record<number, boolean>>;
    protected _sock: object;
    static messages: {
      extendedClipboardProvide(socket: object, formats: readonly number[], texts: readonly string[]): void;
    };
    /** True while a wish for a size has no answer. */
    protected _pendingRemoteResize: boolean;
    /** Size of the element that contains the picture, in CSS pixels. */
    protected _screenSize(): { w: number; h: number };
    /** Asks the desktop to take the size of the element. */
    protected _requestRemoteResize(): void;
  }
}
