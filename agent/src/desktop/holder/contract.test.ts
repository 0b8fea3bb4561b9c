/** The version of what agents and holders say to each other. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { AskPicture, HOLDER_VERSION, HolderStatus, HoldOrder, Limits, TakeControls } from './index.ts';

const DOCKERFILE = join(import.meta.dirname, '../../../images/desktop/Dockerfile');

test('a changed schema is noticed: raise the version if an older holder or agent does not understand it', () => {
  const schemas = [HoldOrder, HolderStatus, Limits, TakeControls, AskPicture];
  const texts = schemas.map((schema) => JSON.stringify(z.toJSONSchema(schema, { io: 'input' })));
  const hash = createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 12);
  expect([HOLDER_VERSION, hash]).toEqual([1, 'd5918a7dc1ef']);
});

test('the image of desktops has the version as a label', async () => {
  expect(await readFile(DOCKERFILE, 'utf8')).toContain(`\nLABEL unicore.holder="${HOLDER_VERSION}"\n`);
});
