/** The root component for somebody who has only a share link of a desktop. There is no sign-in, and no other page. */
import type { JSX } from 'solid-js';
import type { Share, UniCore } from '../sdk/index.ts';
import { lazyPage } from './ui/index.ts';

interface GuestProps {
  unicore: UniCore;
  /** Undefined if the link is not complete. */
  share: Share | undefined;
}

export function Guest(props: GuestProps): JSX.Element {
  const { Page } = lazyPage(async () => {
    const { GuestPage } = await import('./desktop/index.ts');
    return () => <GuestPage unicore={props.unicore} share={props.share} />;
  });
  return <Page />;
}
