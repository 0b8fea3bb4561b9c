/** The lists that restrict a desktop: Chromium's policy, and the system calls of its container. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

interface Rule {
  readonly names: string[];
  readonly action: string;
}

test('the container may make user namespaces and change its root, and nothing that needs privileges', () => {
  const { defaultAction, syscalls }: { defaultAction: string; syscalls: Rule[] } = read(
    '../../../images/desktop/seccomp.json',
  );
  expect(defaultAction).toBe('SCMP_ACT_ERRNO');
  const allowed = new Set(
    syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW').flatMap(({ names }) => names),
  );
  for (const name of ['clone', 'unshare', 'chroot', 'execve', 'seccomp']) expect(allowed).toContain(name);
  const dangerous = [
    'mount',
    'umount2',
    'pivot_root',
    'setns',
    'ptrace',
    'bpf',
    'perf_event_open',
    'keyctl',
    'add_key',
  ];
  const more = [
    'init_module',
    'kexec_load',
    'reboot',
    'swapon',
    'io_uring_setup',
    'userfaultfd',
    'open_by_handle_at',
  ];
  for (const name of [...dangerous, ...more, 'clone3']) expect(allowed).not.toContain(name);
});

test('the policy forbids files, this machine, metadata servers and scripts in pages of the browser, and keeps downloads', () => {
  const policy = read('./chromium-policy.json');
  for (const entry of [
    'file://*',
    'http://localhost',
    'http://169.254.169.254',
    'http://metadata.google.internal',
  ]) {
    expect(policy.URLBlocklist).toContain(entry);
  }
  for (const scheme of ['devtools', 'chrome', 'chrome-untrusted', 'chrome-extension']) {
    expect(policy.DeveloperToolsAvailabilityBlocklist).toContain(`${scheme}://*`);
  }
  expect(policy.PolicyTestPageEnabled).toBe(false);
  expect(policy.DownloadDirectory).toMatch(/home\}\/Downloads$/);
  expect(policy.PromptForDownloadLocation).toBe(false);
});
