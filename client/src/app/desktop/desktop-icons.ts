/**
 * Icons that only the page of the desktop uses. If they were in the folder ui/, the first download of the app would
 * contain them.
 */

import check from 'lucide-solid/icons/check';
import clipboard from 'lucide-solid/icons/clipboard';
import download from 'lucide-solid/icons/download';
import eye from 'lucide-solid/icons/eye';
import folder from 'lucide-solid/icons/folder';
import hand from 'lucide-solid/icons/hand';
import info from 'lucide-solid/icons/info';
import maximize from 'lucide-solid/icons/maximize';
import minimize from 'lucide-solid/icons/minimize';
import power from 'lucide-solid/icons/power';
import share from 'lucide-solid/icons/share-2';
import shieldCheck from 'lucide-solid/icons/shield-check';
import upload from 'lucide-solid/icons/upload';
import { icon } from '../ui/index.ts';

export const Check = icon(check);
export const Clipboard = icon(clipboard);
export const Download = icon(download);
export const Eye = icon(eye);
export const Folder = icon(folder);
export const Hand = icon(hand);
export const Info = icon(info);
export const Maximize = icon(maximize);
export const Minimize = icon(minimize);
export const Power = icon(power);
export const Share = icon(share);
export const ShieldCheck = icon(shieldCheck);
export const Upload = icon(upload);
