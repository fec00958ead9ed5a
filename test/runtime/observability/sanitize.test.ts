import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sanitizeText } from '../../../runtime/src/observability/sanitize.ts';

describe('a text made harmless for logs (OB-15)', () => {
  it.each([
    ['a line forged with a line break', 'ok\n{"level":"INFO"}\r\n', String.raw`ok\n{"level":"INFO"}\r\n`],
    ['a colour of the terminal', '\u001b[31mred', String.raw`\u001b[31mred`],
    ['a C1 control, which JSON leaves as it is', 'a\u009bb', String.raw`a\u009bb`],
    ['line separators, which JSON leaves as they are', 'a\u2028b\u2029', String.raw`a\u2028b\u2029`],
    ['a change of direction', 'a\u202eb', String.raw`a\u202eb`],
    ['invisible characters', 'a\u200b\ufeffb', String.raw`a\u200b\ufeffb`],
    ['invisible characters beyond 16 bits', 'a\u{E0041}', String.raw`a\udb40\udc41`],
    ['half a character', 'a\ud800b', String.raw`a\ud800b`],
    ['nothing where there is nothing to escape', 'Größe \u{1F600} 中', 'Größe \u{1F600} 中'],
  ])('escapes %s', (_case, text, expected) => {
    expect(sanitizeText(text)).toBe(expected);
  });

  it('is cut, by default to 256', () => {
    expect(sanitizeText('x'.repeat(1000))).toHaveLength(256);
    expect(sanitizeText('ab\u{1F600}', 3)).toBe('ab');
    expect(sanitizeText('\n\n\n', 4)).toBe(String.raw`\n\n`);
  });

  it('is one line of shown characters, never longer than the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.nat(60), (text, maximumLength) => {
        const safe = sanitizeText(text, maximumLength);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(safe.length).toBeLessThanOrEqual(maximumLength);
      }),
      { numRuns: 500 },
    );
  });
});
