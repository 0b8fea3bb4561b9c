/** Returns one page of a list, newest items first. */
import { status } from '@grpc/grpc-js';
import { Refusal } from './refusal.ts';

const MOST = 100;

interface Listed {
  name: string;
  createTime: { seconds: string; nanos: number };
}

/** The token of a page names its last item. So the following pages stay correct when items are added or removed. */
export function page<T extends Listed>(
  all: readonly T[],
  { pageSize, pageToken }: { pageSize: number; pageToken: string },
): { items: T[]; nextPageToken: string } {
  const sorted = [...all].sort((one, other) => (keyOf(one) < keyOf(other) ? 1 : -1));
  const after = pageToken === '' ? undefined : Buffer.from(pageToken, 'base64url').toString();
  if (after !== undefined && !after.includes(' '))
    throw new Refusal(status.INVALID_ARGUMENT, 'page_token is not a token of this list.');
  const left = after === undefined ? sorted : sorted.filter((item) => keyOf(item) < after);
  const items = left.slice(0, pageSize > 0 ? Math.min(pageSize, MOST) : MOST);
  const last = items.at(-1);
  const more = left.length > items.length && last !== undefined;
  return { items, nextPageToken: more ? Buffer.from(keyOf(last)).toString('base64url') : '' };
}

function keyOf({ name, createTime: { seconds, nanos } }: Listed): string {
  return `${seconds.padStart(12, '0')}.${String(nanos).padStart(9, '0')} ${name}`;
}
