/** What a viewer of a desktop types, as the content of its private messages. */
import { z } from 'zod';
import { MAX_TYPED_TEXT } from '../wire/index.ts';

/** The bits of `modifiers`. */
export const Modifier = { alt: 1, ctrl: 2, meta: 4, shift: 8 } as const;

const MODIFIERS = Modifier.alt | Modifier.ctrl | Modifier.meta | Modifier.shift;
/** 29 bits is the width of a keysym in X. */
const MAX_KEYSYM = 0x1fffffff;

/** A key, as a browser tells of it. */
export const TypedKey = z.object({
  down: z.boolean(),
  /** The key's keysym in X; 0 if it has none. */
  keysym: z.number().int().nonnegative().max(MAX_KEYSYM),
  /** Name of the physical key, such as `KeyZ`. It pairs the press with the release. */
  code: z.string().max(32),
  /** What the key means, such as `y` or `Enter`. */
  key: z.string().max(32),
  /** The character that the key types. Absent if it types none. */
  text: z.string().min(1).max(4).optional(),
  /** Modifiers that are down. AltGr is none of them: what it changes is in `text`. */
  modifiers: z.number().int().nonnegative().max(MODIFIERS),
  /** 0 standard, 1 left, 2 right, 3 number pad. */
  location: z.number().int().min(0).max(3),
  /** True if the key repeats because it is held. */
  repeat: z.boolean(),
});
export type TypedKey = z.infer<typeof TypedKey>;

export const TypedText = z.object({
  text: z
    .string()
    .min(1)
    .refine((text) => new TextEncoder().encode(text).length <= MAX_TYPED_TEXT, {
      error: `A message may have ${MAX_TYPED_TEXT} bytes of text. Send it in parts.`,
    }),
});
export type TypedText = z.infer<typeof TypedText>;
