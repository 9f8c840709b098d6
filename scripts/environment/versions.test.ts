import { describe, expect, it } from 'vitest';
import { chosenElasticsearch, chosenKubernetes } from './versions.ts';

describe('the supported matrix', () => {
  it('has a default for both servers', () => {
    expect([chosenElasticsearch({}), chosenKubernetes({})]).toEqual(['9.4.3', 'v1.36.3']);
  });

  it('takes a Kubernetes version with and without its v', () => {
    expect(chosenKubernetes({ KUBERNETES_VERSION: '1.33.13' })).toBe('v1.33.13');
    expect(chosenKubernetes({ KUBERNETES_VERSION: 'v1.37.2' })).toBe('v1.37.2');
  });

  it('refuses a version that it cannot provide', () => {
    expect(() => chosenElasticsearch({ ES_VERSION: '6.8.0' })).toThrow(/ES_VERSION=6\.8\.0/);
  });
});
