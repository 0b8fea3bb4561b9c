/**
 * Ids of the providers that are desktops on Cloud Run. An id names the session and the attempt, so that a hub can
 * compare a provider with its desktop.
 */
import type { DesktopRef } from '@unicore/protocol/control';

const FORM = /^d-(?<sessionId>.+)-(?<attempt>\d+)$/;

export function providerIdOf({ sessionId, attempt }: DesktopRef): string {
  return `d-${sessionId}-${attempt}`;
}

/** Returns the desktop that this provider is, or undefined if it is an ordinary provider. */
export function desktopOfProvider(providerId: string): DesktopRef | undefined {
  const { sessionId, attempt } = FORM.exec(providerId)?.groups ?? {};
  return sessionId === undefined ? undefined : { sessionId, attempt: Number(attempt) };
}
