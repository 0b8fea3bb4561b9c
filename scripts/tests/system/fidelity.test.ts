/** Checks that programs look the same through UniCore as on a local PTY, cell by cell. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UniCore } from '@unicore/client/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { agree, View } from '../../testing/view.ts';
import { runningVm } from '../../testing/vms.ts';
import { startWorld, type World } from '../../testing/world.ts';

const COLS = 100;
const ROWS = 30;
const folder = mkdtempSync(join(tmpdir(), 'unicore-fidelity-'));
/**
 * Environment of both shells. It is equal, so that only the transport differs. $SIDE keeps the shells' files
 * apart.
 */
const ENV = {
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/nonexistent',
  TMUX_TMPDIR: folder,
  PS1: '$ ',
};
const BASH = ['--norc', '--noprofile'];
/** htop settings that show only values that do not change between two screens. */
const HTOPRC = `htop_version=3.2.2
config_reader_min_version=3
fields=0 48 17 2 1
header_layout=one_100
column_meters_0=Hostname
column_meter_modes_0=2
`;
const TMUX_CONF = `set -g status-right ''
set -g mouse on
set -g default-command 'bash --norc --noprofile'
bind k kill-server
`;

let world: World;
let unicore: UniCore;
let vmId: string;
let sleeper: ChildProcess;
let local: View;
let remote: View;
let terminals = 0;

beforeAll(async () => {
  world = await startWorld();
  unicore = await world.user();
  vmId = await runningVm(unicore);
  sleeper = spawn('sleep', ['1000']);
  for (const side of ['local', 'remote']) writeFileSync(join(folder, `htoprc.${side}`), HTOPRC);
  writeFileSync(join(folder, 'tmux.conf'), TMUX_CONF);
  writeFileSync(join(folder, 'text'), sample());
});

afterAll(async () => {
  sleeper?.kill('SIGKILL');
  unicore?.close();
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  local = View.local('/bin/bash', BASH, { ...ENV, SIDE: 'local' }, folder, COLS, ROWS);
  const terminalId = `t${++terminals}`;
  remote = View.remote(unicore.openTerminal(vmId, { terminalId, cols: COLS, rows: ROWS }), COLS, ROWS);
  await remote.until(/\S/);
  const env = Object.entries({ ...ENV, SIDE: 'remote' }).map(([name, value]) => `${name}='${value}'`);
  remote.type(`cd ${folder} && clear && exec env -i ${env.join(' ')} /bin/bash ${BASH.join(' ')}\r`);
  await Promise.all([local, remote].map((view) => view.until(/^\$ $/m)));
  await command("clear; echo; echo re''ady", 'ready');
});

afterEach(() => {
  local.close();
  remote.close();
});

function both(text: string): void {
  for (const view of [local, remote]) view.type(text);
}

/** Types into both views, waits until both show the expected text, and compares the views. */
async function same(text: string, shows: string | RegExp | ((view: View) => boolean)): Promise<void> {
  both(text);
  await Promise.all([local, remote].map((view) => view.until(shows)));
  await agree(local, remote);
}

/**
 * Runs a shell command in both views, up to the next prompt. `lastLine` is the end of the command's output.
 */
function command(line: string, lastLine: string): Promise<void> {
  return same(`${line}\r`, (view) => view.text.trimEnd().endsWith(`\n${lastLine}\n$`));
}

test('vim: splits, highlighting, mouse and a resize', async () => {
  await same('vim -n -u NONE -i NONE -N +"syntax on" +"set mouse=a number" +"set ft=sh" text\r', 'line 1 of');
  expect(remote.screen.buffer).toBe('alternate');
  expect(remote.screen.modes.mouseTrackingMode).not.toBe('none');
  await same(':vsplit\r', /│|\|/);
  await same('\x1b[<0;20;5M\x1b[<0;20;5m', (view) => view.screen.cursor.y === 4);
  await same('ityped ▲ 漢字\x1b', 'typed');
  await Promise.all([local, remote].map((view) => view.resize(70, 20)));
  await same('\x0c', (view) => view.screen.lines[18]!.includes('text'));
  await same(':qa!\r', (view) => view.screen.buffer === 'normal');
});

test('htop: bars, colours and function keys', async () => {
  await same(`HTOPRC=htoprc.$SIDE htop -d 600 -p ${sleeper.pid}\r`, /sleep 1000[\s\S]*F10/);
  await same('\x1bOR', 'Search:');
  await same('\x1b', 'F10');
  await same('q', (view) => view.screen.buffer === 'normal');
});

test('tmux: panes, status line and mouse', async () => {
  await same('tmux -L $SIDE -f tmux.conf new-session -s one\r', /^\[one\] 0:bash/m);
  await same('\x02%', /│bash-\S+[#$]/);
  await same('echo in the right pane\r', /in the right pane[\s\S]*in the right pane/);
  expect(remote.screen.modes.mouseTrackingMode).not.toBe('none');
  await same('\x02k', (view) => view.screen.buffer === 'normal');
});

test('less: search, highlighting and paging', async () => {
  await same('less text\r', 'line 1 of');
  await same('/line 7[0-9]\r', 'line 70 of');
  await same('G', '(END)');
  await same('q', (view) => view.screen.buffer === 'normal');
});

test('colours and attributes', async () => {
  const python = [
    "for i in range(256): print(f'\\x1b[38;5;{i}m{i:4}\\x1b[0m', end='')",
    "print(''.join(f'\\x1b[48;2;{i*8};{255-i*8};128m \\x1b[0m' for i in range(32)))",
    "print(''.join(f'\\x1b[{i}m{i}\\x1b[0m ' for i in range(1, 10)))",
    "print('pri'+'nted')",
  ];
  writeFileSync(join(folder, 'colours.py'), python.join('\n'));
  await command('clear; python3 colours.py', 'printed');
});

test('wide characters, combining marks and emoji', async () => {
  writeFileSync(
    join(folder, 'wide'),
    '漢字かな 한글 ｆｕｌｌ\ne\u0301 n\u0303 a\u0308\n😀 👍🏽 👨‍👩‍👧 🇩🇪 ✅ ☀️\n│─┼ ▓▒░ ⠿ →\n',
  );
  await command("clear; cat wide; echo e''nd", 'end');
  await same('echo 漢字 😀\x7f\x7fend\r', /^漢字 ?end|^漢字end/m);
});

test('mouse modes and bracketed paste are on and off at the same time', async () => {
  for (const mode of [9, 1000, 1002, 1003]) {
    await command(`clear; printf '\\033[?${mode}h\\033[?1006h'; echo; echo o''n`, 'on');
    expect(remote.screen.modes.mouseTrackingMode).not.toBe('none');
    await command(`clear; printf '\\033[?${mode}l\\033[?1006l'; echo; echo of''f`, 'off');
    expect(remote.screen.modes.mouseTrackingMode).toBe('none');
  }
  expect(remote.screen.modes.bracketedPasteMode).toBe(true);
  await command("clear; echo; echo re''ady", 'ready');
  // The shell runs pasted lines only after Enter.
  await same('\x1b[200~echo one\necho two\x1b[201~', 'echo two');
  expect(remote.text).not.toMatch(/^one/m);
  await same('\r', /^one\n(\$ )?.*two/m);
});

test('a second viewer, who gets a snapshot, sees the same screen', async () => {
  await same('vim -n -u NONE -i NONE -N +"syntax on" +"set mouse=a number" text\r', 'line 1 of');
  const second = View.remote(
    unicore.openTerminal(vmId, { terminalId: `t${terminals}`, cols: COLS, rows: ROWS }),
    COLS,
    ROWS,
  );
  await second.until('line 1 of');
  await agree(local, second);
  second.close();
  await same(':qa!\r', (view) => view.screen.buffer === 'normal');
});

function sample(): string {
  return Array.from(
    { length: 200 },
    (_, index) => `line ${index + 1} of 200: if [ "$x" = '${index}' ]; then echo "漢 $x"; fi`,
  )
    .join('\n')
    .concat('\n');
}
