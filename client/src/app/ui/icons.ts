/**
 * Icons that the first page needs. Each icon is imported by its own path, because an import from the
 * library's index would bundle all icons.
 */

import box from 'lucide-solid/icons/box';
import check from 'lucide-solid/icons/check';
import chevronDown from 'lucide-solid/icons/chevron-down';
import command from 'lucide-solid/icons/command';
import copy from 'lucide-solid/icons/copy';
import ellipsisVertical from 'lucide-solid/icons/ellipsis-vertical';
import keyboard from 'lucide-solid/icons/keyboard';
import logOut from 'lucide-solid/icons/log-out';
import moon from 'lucide-solid/icons/moon';
import pencil from 'lucide-solid/icons/pencil';
import play from 'lucide-solid/icons/play';
import plus from 'lucide-solid/icons/plus';
import search from 'lucide-solid/icons/search';
import shieldOff from 'lucide-solid/icons/shield-off';
import square from 'lucide-solid/icons/square';
import sun from 'lucide-solid/icons/sun';
import trash from 'lucide-solid/icons/trash';
import x from 'lucide-solid/icons/x';
import type { JSX } from 'solid-js';

type Icon = (props: { class?: string }) => JSX.Element;

/**
 * Casts an icon module to a component. The cast is needed because TypeScript treats these modules as CommonJS
 * and bundlers do not.
 */
export const icon = (module: unknown): Icon => module as Icon;

export const Box = icon(box);
export const Check = icon(check);
export const ChevronDown = icon(chevronDown);
export const Command = icon(command);
export const Copy = icon(copy);
export const EllipsisVertical = icon(ellipsisVertical);
export const Keyboard = icon(keyboard);
export const LogOut = icon(logOut);
export const Moon = icon(moon);
export const Pencil = icon(pencil);
export const Play = icon(play);
export const Plus = icon(plus);
export const Search = icon(search);
export const ShieldOff = icon(shieldOff);
export const Square = icon(square);
export const Sun = icon(sun);
export const Trash = icon(trash);
export const X = icon(x);
