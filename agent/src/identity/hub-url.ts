/** Parses addresses of hubs, and decides which hubs an agent may join. */
import { UniCoreError } from '@unicore/protocol';
import type { RuntimeKind } from './config.ts';

export interface HubPolicy {
  runtime: RuntimeKind;
  insecure: boolean;
  allowUnisolatedRemoteHub: boolean;
  /** True if the hub may start desktops here. */
  desktops?: boolean;
}

/**
 * Returns the hub's address in the form that is stored: an http or https URL without user, query and trailing
 * slash.
 */
export function parseHubUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new UniCoreError(
      'BAD_REQUEST',
      `"${text}" is no address of a hub. Write it like https://hub.example.org`,
      { cause },
    );
  }
  if (url.protocol === 'ws:') url.protocol = 'http:';
  if (url.protocol === 'wss:') url.protocol = 'https:';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UniCoreError(
      'BAD_REQUEST',
      `The hub's address starts with https:// or http://, not ${url.protocol}`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

export function isLoopback(hub: string): boolean {
  const { hostname } = new URL(hub);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Throws if joining this hub would put the machine or its credentials at risk, unless the owner has allowed
 * that risk.
 */
export function checkHub(hub: string, policy: HubPolicy): void {
  if (isLoopback(hub)) return;
  if (policy.desktops) {
    throw new UniCoreError(
      'FORBIDDEN',
      `${hub} is not on this machine, and desktops run only on the machine of their hub: the hub's owner types passwords ` +
        'there. Leave out --desktops.',
    );
  }
  if (policy.runtime === 'process' && !policy.allowUnisolatedRemoteHub) {
    throw new UniCoreError(
      'FORBIDDEN',
      `${hub} is not on this machine, and the process runtime isolates nothing: everyone with a VM there could read ` +
        'and change your files. Install Docker and use --runtime docker, or say --allow-unisolated-remote-hub.',
    );
  }
  if (new URL(hub).protocol === 'http:' && !policy.insecure) {
    throw new UniCoreError(
      'FORBIDDEN',
      `${hub} is not encrypted: anyone on the network path could read and type in every terminal. ` +
        'Use https://, or say --insecure.',
    );
  }
}

/**
 * Returns true if a hub may move this agent to another hub of its deployment. A hijacked hub controls the
 * agent while the agent is connected, but must not be able to move the agent away for good. So the other hub
 * must be under the host name of the first hub, or under the domain that the owner allowed.
 */
export function mayBeSentTo(hub: string, regionsUnder: string | undefined, url: string): boolean {
  const [home, other] = [new URL(hub), new URL(url)];
  if (other.protocol !== home.protocol) return false;
  if (isLoopback(hub) || isLoopback(url)) return isLoopback(hub) && isLoopback(url);
  const domain = regionsUnder ?? home.hostname;
  return other.hostname === domain || other.hostname.endsWith(`.${domain}`);
}

/** Returns the URL of the tunnel's WebSocket at this hub. */
export function tunnelUrl(hub: string): string {
  return `${hub.replace(/^http/, 'ws')}/provider`;
}
