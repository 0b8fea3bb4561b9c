/** The programs whose terminal output is recorded, and the keys that are typed into these programs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Need } from '../../check/debian.ts';
import { ROOT } from '../../lib/paths.ts';

export interface Program {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** The keys to type into the program, one at a time, with a pause of `everyMs` after each key. */
  readonly keys?: { readonly text: readonly string[]; readonly everyMs: number };
  /** True if the program produces output as fast as it can. */
  readonly flood: boolean;
}

export const NEEDS: readonly Need[] = [
  { package: 'vim', command: 'vim', suites: 'bench' },
  { package: 'git', command: 'git', suites: 'bench' },
  { package: 'procps', command: 'top', suites: 'bench' },
];

const SCREENS_OF_TOP = 16;
/** Pause between two keys, ms. A fluent typist makes such pauses. */
const TYPING_MS = 110;
const VIM_MS = 150;
const VIM_KEYS = [
  ...Array<string>(10).fill('\x06'),
  ...'jjjjjjjj',
  ...'/leg',
  '\r',
  ...'nnn',
  'o',
  ...'A line that was not here before.',
  '\x1b',
  ...'uG',
  ...Array<string>(6).fill('\x02'),
  ...':q!',
  '\r',
];
const COMMANDS = ['ls -la\r', 'echo $((6 * 7)) | tee answer\r', 'wc -l *.md\r', 'cd .. && pwd\r', 'exit\r'];

/** home: the working folder of the programs. Their input files are copied into this folder. */
export function programs(home: string): Program[] {
  const texts = ['PROTOCOL.md', 'ARCHITECTURE.md', 'README.md', 'LICENSE'].map((name) => join(ROOT, name));
  for (const text of texts) writeFileSync(join(home, text.slice(ROOT.length + 1)), readFileSync(text));
  const licenses = '/usr/share/common-licenses/[A-Z]*';
  return [
    { name: 'ls -laR --color', command: sh('ls -laR --color /usr/share /usr/lib'), flood: true },
    { name: 'top', command: ['top', '-d', '0.5', '-n', String(SCREENS_OF_TOP)], flood: false },
    {
      name: 'vim',
      command: ['vim', '-u', 'NONE', '-N', '-c', 'syntax on', 'PROTOCOL.md'],
      keys: { text: VIM_KEYS, everyMs: VIM_MS },
      flood: false,
    },
    { name: 'prose', command: sh(`cat *.md LICENSE; cat ${licenses} 2>/dev/null`), flood: true },
    { name: 'git log -p', command: sh(`git -C ${repository(home)} --no-pager log -p --color`), flood: true },
    {
      name: 'typing',
      command: ['bash', '--norc', '-i'],
      keys: { text: COMMANDS.flatMap((command) => [...command]), everyMs: TYPING_MS },
      flood: false,
    },
  ];
}

/** Makes a git repository with the same history on every machine: the protocol's sources, each in two commits. */
function repository(home: string): string {
  const folder = join(home, 'repository');
  mkdirSync(folder);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args]);
  git('init', '--quiet');
  const source = join(ROOT, 'protocol/src');
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )) {
    const lines = readFileSync(join(source, name), 'utf8').split('\n');
    const third = lines.filter((_, index) => index % 3 !== 0);
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    for (const [content, message] of [
      [third, `A beginning of ${name}`],
      [lines, `${name} is whole`],
    ] as const) {
      writeFileSync(join(folder, name), content.join('\n'));
      git('add', '.');
      git('commit', '--quiet', '-m', message);
    }
  }
  return folder;
}

function sh(command: string): [string, ...string[]] {
  return ['bash', '--norc', '-c', command];
}
