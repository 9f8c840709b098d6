import { describe, expect, it } from 'vitest';
import { copyScript, scriptFault } from './script.ts';

const sourceOf = (source: string) => copyScript({ script: { source } })?.source ?? '';

describe('copyScript', () => {
  it('gives the wrapper a statement also where only fields are renamed', () => {
    const copied = copyScript({ renames: [{ from: 'a', to: 'b', removeOriginal: true }] });
    expect(copied?.source).toMatch(/esStewardTransform\(def ctx, def params\) \{[^{}]*;\s*\}/);
  });

  it('is nothing when nothing is transformed, so that documents are copied unparsed', () => {
    expect(copyScript(undefined)).toBeUndefined();
    expect(copyScript({ renames: [] })).toBeUndefined();
  });

  it('checks after the script that the document stayed in its place', () => {
    const source = sourceOf("ctx._id = 'x'");
    expect(source.indexOf("ctx._id = 'x'")).toBeLessThan(
      source.indexOf('throw new IllegalArgumentException'),
    );
  });

  it('keeps a return in the script from skipping that check', () => {
    expect(sourceOf('return;')).toMatch(
      /void esStewardTransform\(def ctx, def params\) \{[^{}]*;\s*return;\s*\}/,
    );
  });

  it('leaves functions of the script outside of the wrapper', () => {
    const source = sourceOf(
      '// helpers\nint twice(int x) { if (x > 0) { return x * 2; } return 0; }\nctx._source.n = twice(ctx._source.n)',
    );
    expect(source.startsWith('// helpers\nint twice(int x)')).toBe(true);
    expect(source).toMatch(/esStewardTransform\(def ctx, def params\) \{[^{}]*;\s*ctx\._source\.n = twice/);
  });

  it.each([
    'if (ctx._source.a == null) { ctx.op = "noop" }',
    'for (def k : ctx._source.keySet()) { k.length() }',
    'else if (x) { y }',
    'return foo(1) {}',
  ])('does not take a statement for a function: %s', (statement) => {
    expect(sourceOf(statement)).toContain(`;\n${statement}\n}`);
  });

  it.each([
    ['if (ctx.a == 1) ctx.b = 2', 'if (ctx.a == 1) ctx.b = 2;'],
    ["if (ctx.a == 1) ctx.op='delete' // why\n", "if (ctx.a == 1) ctx.op='delete'; // why\n"],
    ['int f() { return 1 } if (ctx.a == 1) ctx.b = f() /* why */', 'if (ctx.a == 1) ctx.b = f(); /* why */'],
    ['ctx.a = 1;', 'ctx.a = 1;'],
    ['if (ctx.a == 1) { ctx.b = 2 } // why', 'if (ctx.a == 1) { ctx.b = 2 } // why'],
    ['// nothing but words', '// nothing but words'],
  ])('ends the last statement, which the end of a script does otherwise: %s', (script, ended) => {
    expect(sourceOf(script)).toContain(`${ended}\n}\ndef esStewardId`);
  });

  it('is not misled by braces in strings and comments', () => {
    const source = sourceOf(
      'String brace(def x) { /* } */ return \'}\' + "\\"}" }\nctx._source.b = brace(1)',
    );
    expect(source).toMatch(/^String brace\(def x\) \{ \/\* \} \*\/ return '\}' \+ "\\"\}" \}\nvoid/);
  });

  it('runs the renames before the script and passes its params on', () => {
    const script = copyScript({
      renames: [{ from: 'a.b', to: 'c', removeOriginal: false }],
      script: { source: 'ctx._source.d = params.d', params: { d: 1 } },
    });
    expect(script?.params).toEqual({ d: 1 });
    expect(script?.source).toMatch(
      /esStewardRename\(ctx\._source, \['a', 'b'\], \['c'\], false\);\nesStewardTransform\(ctx, params\);/,
    );
  });

  it('puts what a rename needs before every statement, and only where there is one', () => {
    const copied = copyScript({ renames: [{ from: 'a.b', to: 'c', removeOriginal: true }] });
    expect(copied?.source).toMatch(
      /^List esStewardFind\([^]*^void esStewardRename\([^]*^void esStewardTransform\(/m,
    );
    expect(sourceOf('ctx._source.a = 1')).not.toMatch(/esSteward(Find|Rename)/);
  });

  it('looks for a field under keys with dots as well, for the old name and for the new one', () => {
    const copied = copyScript({ renames: [{ from: 'a.b', to: 'c.d', removeOriginal: true }] });
    expect(copied?.source).toContain("String.join('.', path.subList(0, i))");
    expect(copied?.source).toMatch(/esStewardFind\(source, from\)[^]*esStewardFind\(source, to\)/);
  });

  it('cannot be broken out of by a path', () => {
    const script = copyScript({ renames: [{ from: "a']); evil(['", to: 'b\\', removeOriginal: true }] });
    expect(script?.source).toContain("['a\\']); evil([\\'']");
    expect(script?.source).toContain("['b\\\\']");
  });
});

describe('scriptFault', () => {
  it.each([
    ["} ctx._index='evil'; if (ctx != null) { def q = 1;"],
    ["} /* { */ ctx._index = 'evil'; {"],
    ['} def x = "{"; ctx._index = "evil"; {'],
    ['ctx.a = (1'],
    ['ctx.a = 1 /* never closed'],
    ["ctx.a = 'never closed"],
    ['ctx.a = [1)'],
    ['def m = (ctx.a =~ /\\/{/)'],
  ])('does not let a script out of its function: %s', (source) => {
    expect(scriptFault(source)).toBeDefined();
  });

  it.each([
    ["ctx._source.a = '}'"],
    ['ctx._source.a = "it\'s {"'],
    ["ctx._source.a = '\\\\'; // } and '"],
    ['/* } */ ctx._source.a = 1'],
    ["if (ctx._source.a =~ /[}]'/) { ctx._source.b = 1 }"],
    ['ctx._source.a = ctx._source.b / 2 + params.x[0] / 3 / (4)'],
    ['Pattern p = /}/i; if (p.matcher("x").matches()) { return; }'],
    ["ctx._source.a = 'two\nlines {'"],
  ])('takes a script as it is written: %s', (source) => {
    expect(scriptFault(source)).toBeUndefined();
  });

  it('reads the longest script that may be given in no time', () => {
    const source = `${'/**/'.repeat(16_000)}ctx.x=1`;
    expect(scriptFault(source)).toBeUndefined();
    expect(copyScript({ script: { source } })?.source).toContain('ctx.x=1');
  });
});
