import { describe, expect, it } from 'vitest';
import { commands, type CommandName } from './commands.ts';
import { PluginError } from './failure.ts';
import { readInvocation } from './invocation.ts';
import { namedBy, kindNames } from './targets.ts';

const read = (line: string) => readInvocation(line === '' ? [] : line.split(' '), '1.2.3');

function complaint(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof PluginError) return `${error.exit} ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('arguments', () => {
  it('are read as kubectl reads them', () => {
    expect(read('status -n shop -o json --check')).toMatchObject({
      type: 'run',
      command: 'status',
      options: { namespace: 'shop', allNamespaces: false, output: 'json', check: true },
    });
    expect(read('watch reindex/a b --timeout=1h30m')).toMatchObject({
      args: ['reindex/a', 'b'],
      options: { timeoutMs: 5_400_000 },
    });
  });

  it.each(Object.keys(commands) as CommandName[])('explain %s, with and without its flags', (command) => {
    for (const line of [`${command} -h`, `help ${command}`]) {
      const text = read(line);
      expect(text).toMatchObject({ type: 'print' });
      expect(text).toHaveProperty('text', expect.stringContaining(`kubectl es-steward ${command}`));
    }
  });

  it.each(['', 'help', '-h', '--help'])('"%s" explains everything', (line) => {
    expect(read(line)).toMatchObject({ type: 'print', text: expect.stringContaining('Exit codes') });
  });

  it("explain the version too, which is no command of the others' kind", () => {
    expect(read('help version')).toMatchObject({
      type: 'print',
      text: expect.stringContaining('kubectl es-steward version'),
    });
  });

  it.each([
    ['sttus', /^2 there is no command sttus: it is one of status, watch.*, version$/],
    ['status --namespace=', /^2 --namespace is empty/],
    ['status --chek', /^2 Unknown option '--chek'/],
    ['status --yes', /^2 status has no flag --yes/],
    ['status -o wide', /^2 --output wide is not known/],
    ['watch --timeout=5', /^2 --timeout 5 is no duration: write it like 90s/],
    ['status -A -n shop', /^2 give one of/],
    ['report --tail=none', /^2 --tail none/],
  ])('that are wrong end with 2 and the cure: %s', (line, message) => {
    expect(complaint(() => read(line))).toMatch(message);
  });
});

describe('names', () => {
  const all = kindNames;

  it.each(['reindex/a', 'reindexrequest/a', 'reindexrequests.es-steward.dev/a', 'ReindexRequest/a'])(
    '%s is a copy',
    (arg) => {
      expect(namedBy([arg], all)).toEqual([{ kinds: ['reindex'], name: 'a' }]);
    },
  );

  it('of one kind may follow it', () => {
    expect(namedBy(['imp', 'a', 'b'], all).map(({ kinds, name }) => [...kinds, name])).toEqual([
      ['maintenance', 'a'],
      ['maintenance', 'b'],
    ]);
  });

  it('without a kind may be any that the command works on', () => {
    expect(namedBy(['a'], ['reindex', 'maintenance'])).toEqual([
      { kinds: ['reindex', 'maintenance'], name: 'a' },
    ]);
  });

  it.each(['', '/', 'reindex/', '/a', 'reindex/.', 'reindex/..', 'reindex/a/b', 'a/b/c', 'reindex/A', 'a b'])(
    'that cannot be are refused rather than read as something else: "%s"',
    (arg) => {
      expect(complaint(() => namedBy([arg], all))).toMatch(/^2 /);
      expect(complaint(() => namedBy(['reindex', arg], all))).toMatch(/^2 .*names no object/);
    },
  );

  it('of another kind are refused, of none too', () => {
    expect(complaint(() => namedBy(['esconn/main'], ['reindex']))).toMatch(
      /^2 .*works on ReindexRequest, not on ElasticsearchConnection/,
    );
    expect(complaint(() => namedBy(['pod/a'], all))).toMatch(
      /^2 there is no kind pod here: it is one of esconn/,
    );
  });
});
