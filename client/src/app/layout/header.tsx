/** The bar at the top of the page, with navigation, command palette, theme and user menu. */

import { DropdownMenu } from '@kobalte/core/dropdown-menu';
import { A } from '@solidjs/router';
import { type JSX, Show } from 'solid-js';
import { SHORTCUTS, setOverlay, theme, toggleTheme } from '../base/index.ts';
import { Command, IconButton, Keyboard, LogOut, Logo, MENU, MENU_ITEM, Moon, Sun } from '../ui/index.ts';

const LINK =
  'inline-flex h-9 items-center rounded-lg px-1.5 text-sm sm:px-3 text-muted transition-colors hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:font-medium aria-[current=page]:text-ink';

export function Header(props: { user: string; onLogOut(): void }): JSX.Element {
  return (
    <header class="border-rule border-b bg-paper">
      <div class="flex h-13 items-center gap-1 px-3 sm:px-5">
        <A
          href="/"
          class="mr-1 flex items-center gap-2 rounded-md font-semibold tracking-tight max-[22rem]:hidden sm:mr-4"
          aria-label="UniCore"
        >
          <Logo class="size-5" />
          <span class="hidden sm:inline">UniCore</span>
        </A>
        <nav aria-label="Main" class="flex gap-0.5 sm:gap-1">
          <A href="/" end class={LINK}>
            Machines
          </A>
          <A href="/desktop" class={LINK}>
            Desktop
          </A>
          <A href="/providers" class={LINK}>
            Providers
          </A>
        </nav>
        <div class="ml-auto flex items-center gap-0.5">
          <IconButton label="All commands" shortcut={SHORTCUTS.palette} onClick={() => setOverlay('palette')}>
            <Command />
          </IconButton>
          <IconButton
            class="max-sm:hidden"
            label="Keyboard shortcuts"
            shortcut={SHORTCUTS.help}
            onClick={() => setOverlay('help')}
          >
            <Keyboard />
          </IconButton>
          <IconButton
            class="max-sm:hidden"
            label={theme() === 'dark' ? 'Light theme' : 'Dark theme'}
            onClick={toggleTheme}
          >
            <Show when={theme() === 'dark'} fallback={<Moon />}>
              <Sun />
            </Show>
          </IconButton>
          <UserMenu name={props.user} onLogOut={props.onLogOut} />
        </div>
      </div>
    </header>
  );
}

function UserMenu(props: { name: string; onLogOut(): void }): JSX.Element {
  return (
    <DropdownMenu placement="bottom-end" gutter={6}>
      <DropdownMenu.Trigger
        class="ml-1.5 grid size-8 place-items-center rounded-full bg-ink font-semibold text-paper text-xs uppercase"
        aria-label={`Signed in as ${props.name}`}
      >
        {props.name.slice(0, 1)}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content class={MENU}>
          <p class="px-2.5 pt-1.5 pb-2 text-sm">
            <span class="block text-muted text-xs">Signed in as</span>
            <span class="block truncate font-medium">{props.name}</span>
          </p>
          <DropdownMenu.Separator class="my-1 border-rule" />
          <DropdownMenu.Item class={MENU_ITEM} onSelect={props.onLogOut}>
            <LogOut /> Log out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}
