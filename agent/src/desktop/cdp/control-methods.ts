/**
 * The CDP commands that act like a person at the browser, such as clicks. A program needs the controls for
 * them.
 */
import { methodMatcher } from './method-matcher.ts';

/** Names of the CDP methods that need the controls. A `*` matches any letters. */
export const CONTROL_METHODS: readonly string[] = [
  'Input.*',
  'Page.navigate',
  'Page.reload',
  'Page.navigateToHistoryEntry',
  'Page.close',
  'Page.handleJavaScriptDialog',
  'Page.setDocumentContent',
  'Target.createTarget',
  'Target.closeTarget',
  'Target.activateTarget',
  'DOM.setFileInputFiles',
  'Browser.setWindowBounds',
  'Browser.setContentsSize',
  'Emulation.set*MetricsOverride',
  'Emulation.setTouch*',
  'Emulation.setEmitTouchEventsForMouse',
  'Emulation.setVisibleSize',
  // Older names of these commands, which Chromium still accepts.
  'Page.setDeviceMetricsOverride',
  'Page.setTouchEmulationEnabled',
];

export const needsControls = methodMatcher(CONTROL_METHODS);
