import { existsSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from '../environment/command.ts';

/**
 * What Docker changes in the network of the machine and leaves changed when it stops: devices, tables of the firewall,
 * forwarding, and the groups of its containers.
 */
const stateSchema = z.object({
  links: z.array(z.string()),
  tables: z.array(z.string()),
  /** As `iptables-save` has them: tables that were there already get their old rules back. */
  rules: z.string(),
  rules6: z.string(),
  forwarding: z.string(),
  groups: z.array(z.string()),
});

type State = z.infer<typeof stateSchema>;

const forwardingFile = '/proc/sys/net/ipv4/ip_forward';
const groupRoot = '/sys/fs/cgroup';

function stateFile(folder: string): string {
  return join(folder, 'network-before.json');
}

/** Remembers how the network was, in a file: a run that is killed is cleared by the next one. */
export async function recordNetwork(folder: string): Promise<void> {
  writeFileSync(stateFile(folder), JSON.stringify(await readState()));
}

async function readState(): Promise<State> {
  const tables = await run('nft', ['list', 'tables']);
  return {
    links: await readLinks(),
    tables: lines(tables),
    rules: tables.includes('table ip ') ? await run('iptables-save', []) : '',
    rules6: tables.includes('table ip6 ') ? await run('ip6tables-save', []) : '',
    forwarding: readFileSync(forwardingFile, 'utf8').trim(),
    groups: dockerGroups(),
  };
}

async function readLinks(): Promise<readonly string[] & string[]> {
  const links = z.array(z.object({ ifname: z.string() }));
  return links.parse(JSON.parse(await run('ip', ['-json', 'link', 'show']))).map(({ ifname }) => ifname);
}

/** Takes back what has changed since `recordNetwork`. Nothing, when nothing was recorded. */
export async function restoreNetwork(folder: string): Promise<void> {
  if (!existsSync(stateFile(folder))) return;
  const before = stateSchema.parse(JSON.parse(readFileSync(stateFile(folder), 'utf8')));
  for (const link of await readLinks()) {
    if (isOfDocker(link) && !before.links.includes(link)) await run('ip', ['link', 'delete', link]);
  }
  await restoreTables(before);
  writeFileSync(forwardingFile, before.forwarding);
  for (const group of dockerGroups()) if (!before.groups.includes(group)) removeGroup(group);
  rmSync(stateFile(folder));
}

function isOfDocker(link: string): boolean {
  return link === 'docker0' || /^br-[0-9a-f]{12}$/.test(link);
}

async function restoreTables({ tables, rules, rules6 }: State): Promise<void> {
  if (rules !== '') await restoreRules('iptables-restore', rules);
  if (rules6 !== '') await restoreRules('ip6tables-restore', rules6);
  for (const table of lines(await run('nft', ['list', 'tables']))) {
    if (!tables.includes(table)) await run('nft', ['delete', ...table.split(' ')]);
  }
}

async function restoreRules(program: string, rules: string): Promise<void> {
  await run('sh', ['-c', `printf '%s' "$1" | ${program}`, 'sh', rules]);
}

/** One folder `docker` in each hierarchy of control groups, or one in the only one. */
function dockerGroups(): string[] {
  const hierarchies = ['', ...readdirSync(groupRoot)].map((name) => join(groupRoot, name, 'docker'));
  return hierarchies.filter((path) => existsSync(path));
}

/** Groups are removed from the innermost outwards; the files in them are not real. */
function removeGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(group, entry.name));
  }
  rmdirSync(group);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
