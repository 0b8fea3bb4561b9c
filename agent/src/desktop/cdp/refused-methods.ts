/**
 * The CDP commands that no program may send to a shared browser. They would end the browser, go around its
 * rules, or reach files and addresses that pages may not reach. All other commands may pass: Chromium's policy
 * and the desktop's network decide which addresses pages may load.
 */
import { methodMatcher } from './method-matcher.ts';

/** For each CDP method, the reason why it is refused. Programs get this text. A `*` in a method matches any letters. */
export const REFUSED_METHODS: Readonly<Record<string, string>> = {
  'Browser.crash*': 'It would end the browser for all programs and people.',
  // This command opens parts of the browser's own user interface.
  'Browser.executeBrowserCommand': "It acts on the browser's own windows.",
  // With this command, a page could send any CDP command, without the rules for programs.
  'Target.exposeDevToolsProtocol': 'It would give a page the whole browser.',
  // The command is a text inside of another command, so the rules for programs would not see it.
  'Target.sendMessageToTarget': 'Attach with flatten: true, and send commands with a sessionId.',
  // With this command, the browser would connect to a debugging server at any address.
  'Target.setRemoteLocations': 'It would connect to other browsers.',
  // These commands open a port of the machine.
  'Tethering.*': 'It would open a port of the machine.',
  // The browser itself loads this address. The browser's policy holds for pages only.
  'Network.loadNetworkResource': 'It goes around the rules for addresses. Use fetch() in a page.',
  // Extensions are loaded from folders of the machine. They may read all pages and send any request.
  'Extensions.*': 'Programs may not add or change extensions.',
  // DevTools are a page with rights of the browser: its scripts read any file and any address.
  'Target.openDevTools': 'DevTools can read files of the machine. Speak CDP to the page itself.',
  // A page would get a device that is plugged into the machine, or is near to it.
  'DeviceAccess.*': 'It would open devices of the machine.',
  // Web apps are installed into the user's machine, and opened with files of it.
  'PWA.*': 'Programs may not install web apps.',
  // These commands search the local network for devices, and send tabs to them.
  'Cast.*': 'It would reach devices of the local network.',
};

const refusals = Object.entries(REFUSED_METHODS).map(([pattern, reason]) => ({
  matches: methodMatcher([pattern]),
  reason,
}));

/** Returns the reason why this method is refused, or undefined if it is allowed. */
export function refusal(method: string): string | undefined {
  return refusals.find(({ matches }) => matches(method))?.reason;
}
