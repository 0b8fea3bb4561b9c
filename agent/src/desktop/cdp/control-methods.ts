/** The commands that act for a person at the browser. They need the controls. */
import { methodMatcher } from './method-matcher.ts';

/** A `*` stands for any letters. */
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
  // Older names that Chromium still carries out.
  'Page.setDeviceMetricsOverride',
  'Page.setTouchEmulationEnabled',
];

export const needsControls = methodMatcher(CONTROL_METHODS);
