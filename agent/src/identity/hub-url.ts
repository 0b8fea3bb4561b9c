/** Which hubs an agent may join, and how their address is written. */
import { UniCoreError } from '@unicore/protocol';
import type { RuntimeKind } from './config.ts';

export interface HubPolicy {
  runtime: RuntimeKind;
  insecure: boolean;
  allowUnisolatedRemoteHub: boolean;
}

/** The hub's address in the one form that is stored: http(s), no user, no query, no slash at the end. */
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

/** Throws where joining would put this machine or its credentials at risk without its owner having said so. */
export function checkHub(hub: string, policy: HubPolicy): void {
  if (isLoopback(hub)) return;
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
      `${hub} is not encrypted: whoever is on the way could read and type in every terminal. ` +
        'Use https://, or say --insecure.',
    );
  }
}

/**
 * Whether a hub may send this agent to another one of its deployment. A hub that somebody took over commands the agent as long
 * as it is connected, but must not keep it: only names under its own host count, or under a domain that the owner gave.
 */
export function mayBeSentTo(hub: string, regionsUnder: string | undefined, url: string): boolean {
  const [home, other] = [new URL(hub), new URL(url)];
  if (other.protocol !== home.protocol) return false;
  if (isLoopback(hub) || isLoopback(url)) return isLoopback(hub) && isLoopback(url);
  const domain = regionsUnder ?? home.hostname;
  return other.hostname === domain || other.hostname.endsWith(`.${domain}`);
}

/** Where the tunnel's WebSocket goes. */
export function tunnelUrl(hub: string): string {
  return `${hub.replace(/^http/, 'ws')}/provider`;
}
