/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** A key that holds one of these anywhere, written in any way, names a secret. */
const TELLING_PARTS: readonly string[] = [
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'secret',
  'token',
  'apikey',
  'accesskey',
  'privatekey',
  'authorization',
  'cookie',
  'credential',
  'sessionid',
  'sessid',
  'cardnumber',
  'creditcard',
  'securitycode',
  'amzsignature',
];

/** These name a secret as a word of their own only: `shipping` is no PIN. */
const TELLING_WORDS: readonly string[] = ['pin', 'ssn', 'pwd', 'pass', 'cvv', 'cvv2', 'cvc', 'cvc2', 'otp', 'sid', 'jwt'];

const WORDS: ReadonlySet<string> = new Set(TELLING_WORDS);

/** Whether a key names a secret, such as `clientSecret`, `X-Api-Key` or `card_pin`. */
export function isSecretKey(key: string): boolean {
  const plain = key.normalize('NFKC');
  const joined = plain.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (WORDS.has(joined) || TELLING_PARTS.some((part) => joined.includes(part))) return true;
  const words = plain.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z0-9]+/);
  return words.some((word) => WORDS.has(word));
}

const LONG = 'pass(?:word|wd|phrase|code)|secret|token|(?:api|access|private)[-_ ]?key|credential|sess(?:ion)?[-_]?id|card[-_]?number|credit[-_]?card|security[-_]?code|amz-signature';
const ALONE = `(?<![a-z0-9])(?:${TELLING_WORDS.join('|')})(?![a-z0-9])`;
const SEPARATOR = String.raw`(?:%22|["'\\\]]){0,8}\s{0,16}(?:=|:|%3D)\s{0,16}`;

// What is quoted ends with its quote, or with the text if that is cut; a list or an object has no end that is sure.
const QUOTED = String.raw`\\+"[^"]*(?:"|$)|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|'[^']*(?:'|$)`;
const STRUCTURE = String.raw`(?!\[redacted\])[\[{][\s\S]*`;
const VALUE = String.raw`(?:(?:basic|bearer|digest|token|apikey)\s{1,16})?(?:${STRUCTURE}|${QUOTED}|[^\s&]+)`;

/** Secrets in a text, in the order in which they are looked for. All expressions take time in proportion to the text. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,32}PRIVATE KEY-----|$)/g, REDACTED],
  [xmlElement(`(?:${LONG}|authorization|cookie)[\\w.:-]{0,64}|${ALONE}`), `<$1>${REDACTED}</$1>`],
  [/((?:authorization|cookie)["'\\]{0,8}\s{0,16}[:=]\s{0,16})[^\r\n]+/gi, `$1${REDACTED}`],
  [new RegExp(`((?:(?:${LONG})[\\w.-]{0,32}|${ALONE})${SEPARATOR})${VALUE}`, 'gi'), `$1${REDACTED}`],
  [/\b(bearer(?:\s|%20|\+){1,16})(?!\[redacted\])[^\s"'\\,;<>&]+/gi, `$1${REDACTED}`],
  [/(:\/\/[^\s:/@]{0,64}:)[^\s/@]{1,256}@/g, `$1${REDACTED}@`],
  // A JSON web token, and any other JSON in Base64.
  [/eyJ[\w-]{8,}(?:\.[\w-]*)*/g, REDACTED],
  // The identifiers of access keys of AWS.
  [/(?:AKIA|ASIA)[A-Z0-9]{16}/g, REDACTED],
];

/** Each of the secrets above needs one of these; most texts hold none. */
const SIGN = /[:=<]|%3D|bearer|eyJ|AKIA|ASIA|-----BEGIN/i;

function xmlElement(name: string): RegExp {
  return new RegExp(String.raw`<([\w.:-]{0,64}?(?:${name}))(?:\s[^<>]{0,1024})?>[\s\S]*?(?:</\1\s*>|$)`, 'gi');
}

/**
 * A text without the secrets that are told by their look: bearer tokens, JSON web tokens, AWS access key identifiers, private
 * keys, passwords in URLs, and what follows a telling name (`password=`, `"token":`, `<secret>`). A net for free text, not a
 * proof: what has a structure is to be parsed and redacted by key.
 */
export function maskSecrets(text: string): string {
  if (!SIGN.test(text)) return text;
  return MASKS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}
