/** Runs before each test file: stubs what jsdom lacks, and empties the page after each test. */
import './browser-stubs.ts';
import { toaster } from '@kobalte/core/toast';
import { cleanup } from '@solidjs/testing-library';
import { afterEach } from 'vitest';
import { closeOverlay } from '../base/index.ts';

afterEach(() => {
  closeOverlay();
  toaster.clear();
  cleanup();
});
