/**
 * State and helpers for the whole page, without user interface: open dialogs, commands, shortcuts, theme,
 * text.
 */
export { copyText } from './clipboard.ts';
export { createNow } from './clock.ts';
export { allCommands, type Command, matches, offerCommands } from './commands.ts';
export { failureOf } from './failure.ts';
export { age, bytes, plural } from './format.ts';
export { closeOverlay, overlay, setOverlay } from './overlays.ts';
export { randomId } from './random-id.ts';
export { HELP, isPageChord, listenForShortcuts, SHORTCUTS } from './shortcuts.ts';
export { chooseTheme, type Theme, theme, toggleTheme } from './theme.ts';
export { useTitle } from './title.ts';
