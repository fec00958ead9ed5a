import { describe, expect, it } from '@jest/globals';
import { addressProblem, addressProblems } from '../../../runtime/src/core/base-address.ts';

describe('a base address', () => {
  it.each(['https://a/v1', 'http://[::1]:8080', 'HTTPS://a.example', 'https://a/v1/@me'])('may be %j', (address) => {
    expect(addressProblem(address)).toBeUndefined();
    expect(addressProblems('options.baseUrl', address)).toEqual([]);
  });

  it.each([undefined, null, 7, '', '/v1', 'a.example', ['https://a']])('is not %j', (address) => {
    expect(addressProblem(address)).toBe('is no address: set an http or https address without credentials, query and fragment');
  });

  it.each([
    'file:///etc/passwd',
    'ftp://a',
    'https://user@a',
    'https://user:hunter2@a',
    'https://a?b',
    'https://a?',
    'https://a/v1#',
    'https://a#b',
    ' https://a',
    'https://a ',
    'https://a/v1\n',
    'https:a',
    'https:///a',
  ])('has no such parts as %j, which is not shown', (address) => {
    expect(addressProblems('options.baseUrl', address)).toEqual([
      'options.baseUrl has parts that a base address cannot have: set an http or https address without credentials, query and fragment',
    ]);
  });
});
