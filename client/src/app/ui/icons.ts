/**
 * Every icon of the page, one deep import each: the library's index would bring all of them.
 * The cast is for its types, which TypeScript takes for CommonJS; bundlers get the component itself.
 */

import arrowLeft from 'lucide-solid/icons/arrow-left';
import box from 'lucide-solid/icons/box';
import caseSensitive from 'lucide-solid/icons/case-sensitive';
import check from 'lucide-solid/icons/check';
import chevronDown from 'lucide-solid/icons/chevron-down';
import chevronUp from 'lucide-solid/icons/chevron-up';
import command from 'lucide-solid/icons/command';
import copy from 'lucide-solid/icons/copy';
import ellipsisVertical from 'lucide-solid/icons/ellipsis-vertical';
import externalLink from 'lucide-solid/icons/external-link';
import keyboard from 'lucide-solid/icons/keyboard';
import logOut from 'lucide-solid/icons/log-out';
import moon from 'lucide-solid/icons/moon';
import pencil from 'lucide-solid/icons/pencil';
import play from 'lucide-solid/icons/play';
import plus from 'lucide-solid/icons/plus';
import regex from 'lucide-solid/icons/regex';
import search from 'lucide-solid/icons/search';
import shieldOff from 'lucide-solid/icons/shield-off';
import square from 'lucide-solid/icons/square';
import sun from 'lucide-solid/icons/sun';
import trash from 'lucide-solid/icons/trash';
import x from 'lucide-solid/icons/x';
import type { JSX } from 'solid-js';

type Icon = (props: { class?: string }) => JSX.Element;

const icon = (module: unknown): Icon => module as Icon;

export const ArrowLeft = icon(arrowLeft);
export const Box = icon(box);
export const CaseSensitive = icon(caseSensitive);
export const Check = icon(check);
export const ChevronDown = icon(chevronDown);
export const ChevronUp = icon(chevronUp);
export const Command = icon(command);
export const Copy = icon(copy);
export const EllipsisVertical = icon(ellipsisVertical);
export const ExternalLink = icon(externalLink);
export const Keyboard = icon(keyboard);
export const LogOut = icon(logOut);
export const Moon = icon(moon);
export const Pencil = icon(pencil);
export const Play = icon(play);
export const Plus = icon(plus);
export const Regex = icon(regex);
export const Search = icon(search);
export const ShieldOff = icon(shieldOff);
export const Square = icon(square);
export const Sun = icon(sun);
export const Trash = icon(trash);
export const X = icon(x);
