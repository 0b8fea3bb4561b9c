/** User interface components that do not depend on machines or providers. */
export { Button, buttonClass } from './button.tsx';
export { Chip, type Tone } from './chip.tsx';
export { CopyableCommand } from './copy.tsx';
export { Dialog, DialogActions } from './dialog.tsx';
export { Field } from './field.tsx';
export { ICON_BUTTON, IconButton } from './icon-button.tsx';
export {
  Box,
  ChevronDown,
  Command,
  EllipsisVertical,
  icon,
  Keyboard,
  LogOut,
  Moon,
  Pencil,
  Play,
  Plus,
  Search,
  ShieldOff,
  Square,
  Sun,
  Trash,
  X,
} from './icons.ts';
export { Keys } from './key-caps.tsx';
export { Loading, lazyPage } from './lazy-page.tsx';
export { Line, type PieceState } from './line.tsx';
export { Logo } from './logo.tsx';
export { MENU, MENU_ITEM, MENU_ITEM_DANGER } from './menu.ts';
export { NotFound } from './not-found.tsx';
export { PageError, PageHead } from './page.tsx';
export { createReturnFocus } from './return-focus.ts';
export { Skeleton } from './skeleton.tsx';
export { failed, Toasts } from './toast.tsx';
