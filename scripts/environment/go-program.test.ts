import { describe, expect, it } from 'vitest';
import { wrapperModule } from './go-program.ts';

const program = { name: 'p', module: 'k8s.io/kubernetes', version: 'v1.36.3', mainGo: '', stamps: {} };

describe('wrapperModule', () => {
  it('points staging modules at their published versions and keeps the language version', () => {
    const upstream = ['go 1.26.0', 'replace (', '\tk8s.io/api => ./staging/src/k8s.io/api', ')'].join('\n');
    expect(wrapperModule(program, upstream)).toBe(
      'module wrapper\ngo 1.26.0\nrequire k8s.io/kubernetes v1.36.3\nreplace k8s.io/api => k8s.io/api v0.36.3\n',
    );
  });

  it('leaves other replacements alone', () => {
    const upstream = 'go 1.25\nreplace example.com/a => example.com/b v1.0.0\n';
    expect(wrapperModule(program, upstream)).not.toContain('example.com');
  });
});
