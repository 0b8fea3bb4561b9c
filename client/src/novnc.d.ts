/**
 * The types of noVNC. They are published for an older version, whose module had another name; what it exports
 * has stayed the same.
 */
/// <reference types="novnc__novnc" />
declare module '@novnc/novnc' {
  export { default } from '@novnc/novnc/lib/rfb';
}
