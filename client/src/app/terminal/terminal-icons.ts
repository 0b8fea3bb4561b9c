/**
 * Icons that only the page of a machine shows. In the folder ui/, they would be part of the first download.
 */

import arrowLeft from 'lucide-solid/icons/arrow-left';
import caseSensitive from 'lucide-solid/icons/case-sensitive';
import chevronUp from 'lucide-solid/icons/chevron-up';
import externalLink from 'lucide-solid/icons/external-link';
import regex from 'lucide-solid/icons/regex';
import { icon } from '../ui/index.ts';

export const ArrowLeft = icon(arrowLeft);
export const CaseSensitive = icon(caseSensitive);
export const ChevronUp = icon(chevronUp);
export const ExternalLink = icon(externalLink);
export const Regex = icon(regex);
