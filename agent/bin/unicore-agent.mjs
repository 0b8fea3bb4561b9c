#!/usr/bin/env node
/** `npx unicore-agent …` in a clone, on any Node from 20 on: the same as `npm run agent -- …`. */
import { fileURLToPath } from 'node:url';

process.argv.splice(1, 1, fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url)), 'agent');
await import('../../scripts/run.mjs');
