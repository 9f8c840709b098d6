import { describe, expect, it } from 'vitest';
import { leaks, secretsOf, tooShort } from './leaks.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const password = 'canary "one" & two';

function auditLine(requestObject: object, requestURI = '/api/v1/namespaces/a/secrets'): string {
  const objectRef = { resource: 'secrets', namespace: 'a', name: 'es' };
  return JSON.stringify({ requestURI, objectRef, requestObject });
}

describe('a Secret in the audit log', () => {
  it('gives its values, whichever way they were sent, and not what everybody may know', () => {
    const line = auditLine({
      data: { username: base64('kim'), password: base64(password), 'ca.crt': base64('authority') },
      stringData: { apiKey: 'encoded-key-1' },
    });
    expect(secretsOf(line)).toEqual([
      { origin: 'password of Secret a/es', value: password, username: 'kim' },
      { origin: 'apiKey of Secret a/es', value: 'encoded-key-1', username: 'kim' },
    ]);
  });

  it.each([
    ['was only tried', auditLine({ stringData: { password } }, '/api/v1/namespaces/a/secrets?dryRun=All')],
    ['is none', JSON.stringify({ requestURI: '/', objectRef: { resource: 'events' }, requestObject: {} })],
  ])('gives nothing when it %s', (_, line) => expect(secretsOf(line)).toEqual([]));
});

describe('the look for secrets', () => {
  const secret = { origin: 'password of Secret a/es', value: password, username: 'kim' };

  it.each([
    ['as it is', password],
    ['in JSON', JSON.stringify({ message: `refused: ${password}` })],
    ['in a URL', `https://kim:${encodeURIComponent(password)}@es`],
    ['as the data of a Secret', base64(password)],
    ['in a header', `authorization: Basic ${base64(`kim:${password}`)}`],
  ])('finds one %s and does not repeat it', (_, text) => {
    const found = leaks([secret], { quiet: 'nothing', 'a.log': `before ${text} after` });
    expect(found).toEqual([expect.stringMatching(/^password of Secret a\/es is in a\.log: .*\*\*\*/u)]);
    expect(found.join()).not.toContain(text);
  });

  it('names what is too short to be looked for', () => {
    expect(tooShort([secret, { origin: 'token of Secret a/b', value: 'wrong' }])).toEqual([
      expect.stringContaining('token of Secret a/b'),
    ]);
  });
});
