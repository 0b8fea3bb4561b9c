/** CSS classes of menus. The library Kobalte provides the behaviour of menus. */

export const MENU =
  'z-50 min-w-48 max-w-72 animate-appear rounded-xl border border-rule bg-surface p-1 shadow-float outline-none';

export const MENU_ITEM =
  'flex h-9 items-center gap-2.5 rounded-lg px-2.5 text-sm outline-none select-none data-highlighted:bg-sunken ' +
  'data-disabled:opacity-40 [&>svg]:size-4 [&>svg]:text-muted';

export const MENU_ITEM_DANGER = `${MENU_ITEM} text-fault [&>svg]:text-fault`;
