/** Runs before each test file: stubs what jsdom lacks, and empties the page after each test. */
import './browser-stubs.ts';
import { toaster } from '@kobalte/core/toast';
import { cleanup, configure } from '@solidjs/testing-library';
import { afterEach } from 'vitest';
import { closeOverlay } from '../base/index.ts';

/** Longest time for which findBy… and waitFor wait, ms. It only stops tests that hang. */
const HANG_MS = 30_000;
configure({ asyncUtilTimeout: HANG_MS });

afterEach(() => {
  closeOverlay();
  toaster.clear();
  cleanup();
});
