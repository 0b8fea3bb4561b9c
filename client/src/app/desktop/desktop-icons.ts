/** Icons that only the page of the desktop shows. In the folder ui/, they would be part of the first download. */

import check from 'lucide-solid/icons/check';
import eye from 'lucide-solid/icons/eye';
import hand from 'lucide-solid/icons/hand';
import maximize from 'lucide-solid/icons/maximize';
import minimize from 'lucide-solid/icons/minimize';
import power from 'lucide-solid/icons/power';
import { icon } from '../ui/index.ts';

export const Check = icon(check);
export const Eye = icon(eye);
export const Hand = icon(hand);
export const Maximize = icon(maximize);
export const Minimize = icon(minimize);
export const Power = icon(power);
