/** Reads what a consumer asks for in an OPEN frame, and asks the hub whether the consumer may have it. */
import { ChannelKind, type FrameOf, type FrameType, UniCoreError, unpackMeta } from '@unicore/protocol';
import { BlobOpen, type ChannelAuth, DesktopOpen, TerminalOpen, VncOpen } from '@unicore/protocol/control';
import type { Authoriser, Identity } from './deps.ts';
import { parse } from './parse.ts';

/** Maximum size of an OPEN's metadata, in bytes. The limit is small because an OPEN costs no credit. */
const MAX_OPEN_META = 1024;

/** What an OPEN frame asks for. */
export interface Wish {
  /** Id of the VM, or of the desktop's session. */
  target: string;
  /**
   * Returns the provider to which the channel leads, and the field `auth` for it. Rejects if the consumer may
   * not open the channel.
   */
  admit(): Promise<{ providerId: string; auth: ChannelAuth }>;
}

/** Throws KIND_UNKNOWN or BAD_REQUEST, and NOT_FOUND for what the consumer's ticket is not for. */
export function readWish(open: FrameOf<typeof FrameType.OPEN>, who: Identity, authoriser: Authoriser): Wish {
  const wish = wishIn(open, who, authoriser);
  if (who.desktop && wish.target !== who.desktop.desktopId) {
    throw new UniCoreError('NOT_FOUND', `This ticket is for the desktop ${who.desktop.desktopId} only.`);
  }
  return wish;
}

function wishIn(
  open: FrameOf<typeof FrameType.OPEN>,
  who: Identity,
  { authorise, authoriseDesktop }: Authoriser,
): Wish {
  const { userId: user } = who;
  switch (open.kind) {
    case ChannelKind.terminal: {
      const { vmId, readOnly } = parse(TerminalOpen, metaOf(open), 'OPEN');
      return {
        target: vmId,
        async admit() {
          const { providerId, gen, rights } = await authorise(who, vmId);
          return {
            providerId,
            auth: { user, rights: readOnly ? 'read' : rights, vmId, gen, kind: 'terminal' },
          };
        },
      };
    }
    case ChannelKind.vnc: {
      const { sessionId, viewOnly } = parse(VncOpen, metaOf(open), 'OPEN');
      return desktop(sessionId, 'vnc', viewOnly);
    }
    case ChannelKind.cdp:
      return desktop(parse(DesktopOpen, metaOf(open), 'OPEN').sessionId, 'cdp');
    case ChannelKind.desktop:
      return desktop(parse(DesktopOpen, metaOf(open), 'OPEN').sessionId, 'desktop');
    case ChannelKind.blob:
      return desktop(parse(BlobOpen, metaOf(open), 'OPEN').sessionId, 'blob');
    default:
      throw new UniCoreError('KIND_UNKNOWN', `This hub has no channels of kind ${open.kind} for consumers.`);
  }

  function desktop(sessionId: string, kind: 'vnc' | 'cdp' | 'desktop' | 'blob', viewOnly = false): Wish {
    return {
      target: sessionId,
      async admit() {
        const { providerId, attempt, rights, guest } = await authoriseDesktop(who, sessionId, kind);
        if (who.desktop && who.desktop.attempt !== attempt) {
          throw new UniCoreError('SUPERSEDED', 'The desktop was started again. Ask for a new ticket.');
        }
        const auth = { user, rights: viewOnly ? ('read' as const) : rights, sessionId, attempt, kind, guest };
        return { providerId, auth };
      },
    };
  }
}

function metaOf({ meta }: FrameOf<typeof FrameType.OPEN>): unknown {
  if (meta.length <= MAX_OPEN_META) return unpackMeta(meta);
  throw new UniCoreError(
    'BAD_REQUEST',
    `OPEN: meta has ${meta.length} bytes, at most ${MAX_OPEN_META} are read.`,
  );
}
