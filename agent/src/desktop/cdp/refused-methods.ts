/**
 * The commands that no program may send to a shared browser. They would end it, go around its rules, or reach
 * files and addresses that its policy keeps from pages. Everything else may pass: what a page may load is decided by
 * Chromium's policy and by the container's network.
 */
import { methodMatcher } from './method-matcher.ts';

/** Method (`*` stands for any letters) and the reason that the program is told. */
export const REFUSED_METHODS: Readonly<Record<string, string>> = {
  'Browser.crash*': 'It would end the browser for all programs and people.',
  // Opens parts of the browser's own user interface.
  'Browser.executeBrowserCommand': "It acts on the browser's own windows.",
  // A page could then send any command, without the rules for programs.
  'Target.exposeDevToolsProtocol': 'It would give a page the whole browser.',
  // The command inside its text would escape the rules for programs.
  'Target.sendMessageToTarget': 'Attach with flatten: true, and send commands with a sessionId.',
  // The browser would connect to a debugging server at any address.
  'Target.setRemoteLocations': 'It would connect to other browsers.',
  // Opens a port of the machine.
  'Tethering.*': 'It would open a port of the machine.',
  // The browser itself loads the address. Its policy applies to what pages load.
  'Network.loadNetworkResource': 'It goes around the rules for addresses. Use fetch() in a page.',
  // Extensions come from folders of the machine. They may read all pages and send any request.
  'Extensions.*': 'Programs may not add or change extensions.',
  // DevTools are a page with rights of the browser: its scripts read any file and any address.
  'Target.openDevTools': 'DevTools can read files of the machine. Speak CDP to the page itself.',
  // A page would get a device that is plugged into the machine, or is near to it.
  'DeviceAccess.*': 'It would open devices of the machine.',
  // Web apps are installed into the user's machine, and opened with files of it.
  'PWA.*': 'Programs may not install web apps.',
  // Looks for devices in the local network and sends tabs to them.
  'Cast.*': 'It would reach devices of the local network.',
};

const refusals = Object.entries(REFUSED_METHODS).map(([pattern, reason]) => ({
  matches: methodMatcher([pattern]),
  reason,
}));

/** Returns why this method is refused; undefined if it may pass. */
export function refusal(method: string): string | undefined {
  return refusals.find(({ matches }) => matches(method))?.reason;
}
