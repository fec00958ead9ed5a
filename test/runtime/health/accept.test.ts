import { describe, expect, it } from '@jest/globals';
import { prefersText } from '../../../runtime/src/health/accept.ts';

describe('Accept', () => {
  it.each([
    ['text/plain', true],
    ['TEXT/PLAIN;charset=utf-8', true],
    ['text/*', true],
    ['text/plain, application/json;q=0.9', true],
    ['text/plain;q=0.5, */*;q=0.1', true],
    ['text/plain, application/json', false],
    ['text/plain;q=0.5, application/json', false],
    ['*/*', false],
    ['application/*, text/plain', false],
    ['text/html,application/xhtml+xml,*/*;q=0.8', false],
    ['text/plain;q=0', false],
    ['', false],
  ])('of %j prefers text: %s', (accept, expected) => {
    expect(prefersText([accept])).toBe(expected);
  });

  it('may come in several lines, or not at all', () => {
    expect(prefersText(['application/json;q=0.1', 'text/plain'])).toBe(true);
    expect(prefersText([])).toBe(false);
  });
});
