/** Tells the user about a new download on the desktop, with a button that saves it on this device. */
import type { DesktopFile } from '@unicore/protocol/control';
import { createEffect, on } from 'solid-js';
import type { News } from '../news.ts';
import type { Notices } from './notices.ts';

interface NewDownloadsOptions {
  news: News;
  notices: Notices;
  save(file: DesktopFile): void;
}

export function sayNewDownloads({ news, notices, save }: NewDownloadsOptions): void {
  createEffect(
    on(news.files, (now, before) => {
      if (now === undefined || before === undefined) return;
      const isNew = (file: DesktopFile): boolean =>
        !before.downloads.some(
          ({ name, modifiedAt }) => name === file.name && modifiedAt === file.modifiedAt,
        );
      const file = now.downloads.find(isNew);
      if (file === undefined) return;
      const action = { label: 'Save', run: () => [save(file), notices.clear()] };
      notices.say({ text: `${file.name} was downloaded in the desktop.`, action });
    }),
  );
}
