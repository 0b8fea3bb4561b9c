/**
 * Ids of desktops on Cloud Run, which connect to hubs as providers. The id contains the session and the attempt, so
 * that a hub finds the desktop of a provider.
 */
import type { DesktopRef } from '@unicore/protocol/control';

const FORM = /^d-(?<sessionId>.+)-(?<attempt>\d+)$/;

export function providerIdOf({ sessionId, attempt }: DesktopRef): string {
  return `d-${sessionId}-${attempt}`;
}

/** Returns the desktop with this provider id, or undefined if it is an ordinary provider. */
export function desktopOfProvider(providerId: string): DesktopRef | undefined {
  const { sessionId, attempt } = FORM.exec(providerId)?.groups ?? {};
  return sessionId === undefined ? undefined : { sessionId, attempt: Number(attempt) };
}
