import fc from 'fast-check';

/** The value that stands under every secret key. */
export const PLANTED = 'hunter2-planted';

const NAMES = ['password', 'accessToken', 'client_secret', 'API-KEY', 'Authorization', 'set-cookie', 'credentials', 'privateKey', 'session_id', 'cardNumber', 'cvv', 'pin', 'ssn', 'user_pwd'];

/** Keys that name secrets, in many spellings. */
export const secretKey: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom('', 'x-', 'user_', 'my.'), fc.constantFrom('as it is', 'upper', 'lower'))
  .map(([name, prefix, spelling]) => {
    const key = `${prefix}${name}`;
    return spelling === 'upper' ? key.toUpperCase() : spelling === 'lower' ? key.toLowerCase() : key;
  });

const holder = fc.oneof(
  fc.constant<unknown>(PLANTED),
  fc.constant<unknown>([PLANTED, { deep: PLANTED }]),
  fc.constant<unknown>({ any: { where: PLANTED } }),
  fc.constant<unknown>(JSON.stringify({ any: PLANTED })),
);
const pair = fc.tuple(secretKey, holder);

/** JSON values with secrets under secret keys, deep inside, beside each other, and in JSON inside texts. */
export const withSecrets: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown; object: object }>((tie) => ({
  object: fc
    .tuple(fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toJSON')), tie('node'), { maxKeys: 3 }), fc.array(pair, { minLength: 1, maxLength: 2 }))
    .map(([members, secrets]) => ({ ...members, ...Object.fromEntries(secrets) })),
  node: fc.oneof(
    { depthSize: 'large', maxDepth: 9 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.string({ unit: 'binary', maxLength: 2000 }),
    tie('object'),
    fc.array(tie('node'), { maxLength: 3 }),
    tie('object').map((value) => JSON.stringify(value)),
  ),
})).object;
