import { types } from 'node:util';
import { memberOf } from './members.ts';
import { maskedStart, redact } from './redact.ts';
import { escapeUnsafe } from './sanitize.ts';
import { maskSecrets, REDACTED } from '../core/secrets.ts';

/** How a body is shown in a log line. */
export interface BodyLogOptions {
  /** Longest text, in bytes of UTF-8. */
  readonly maxBytes: number;
  /** Members to hide, as `redact` takes them; they apply to JSON and forms, not to free text. Default: none. */
  readonly redactPaths?: readonly string[] | undefined;
  /** The `Content-Type` header; without it the text itself tells. */
  readonly contentType?: string | undefined;
  /** Whether a text is Base64. Default false. */
  readonly isBase64?: boolean | undefined;
}

/** What a log line shows of a body. */
export interface LoggedBody {
  /** One line of at most `maxBytes` bytes without secrets; missing where nothing may be shown. */
  readonly text?: string;
  /** Size of the whole body; missing where it is not known without writing the body out. */
  readonly bytes?: number;
  /** Set if the body is longer than what is shown. */
  readonly truncated?: true;
  /** Set for files, Base64, buffers and streams, of which nothing is shown. */
  readonly binary?: true;
}

/** The body of an HTTP event or of a response object, and what its message says about it. */
export type MessageBody = Pick<BodyLogOptions, 'contentType' | 'isBase64'> & { readonly body: unknown };

/** How much longer than the limit a text may be to be parsed: parsing costs time, and what cannot be parsed is not shown. */
const PARSE_FACTOR = 64;
const MAXIMUM_PARSED_BYTES = 1_048_576;
const MAXIMUM_FIELDS = 1000;

const JSON_TYPE = /[/+]json\b/i;
const FORM_TYPE = /x-www-form-urlencoded/i;
// Parts of a multipart body are files, or fields whose names stand far from their values.
const BINARY_TYPE = /^\s*(?:image|audio|video|font|multipart)\/|octet-stream|zip|pdf|protobuf|msgpack|cbor|wasm|application\/vnd\.(?!.*(?:json|xml))/i;
const LIKE_JSON = /^\s*["[{]/;
const LIKE_FORM = /^[\w.~%+*[\]-]{1,128}=[^\s<>"{}]*$/;

/**
 * What a log line shows of a request or response body: JSON and forms with secrets redacted, other text with what looks like a
 * secret masked, each cut to `maxBytes` between two characters. Of binary bodies, of JSON that is too large to be parsed and
 * of what claims to be JSON but is not, only the size: secrets could not be found in it. Undefined for an empty body. Never
 * throws, and never changes or consumes the body.
 */
export function bodyForLog(body: unknown, options: BodyLogOptions): LoggedBody | undefined {
  if (body === undefined || body === null || body === '') return undefined;
  if (typeof body === 'string') return textBody(body, options);
  if (ArrayBuffer.isView(body) || types.isAnyArrayBuffer(body)) return { binary: true, bytes: body.byteLength };
  if (isStream(body)) return { binary: true };
  // Its size as a text is not known, and it is not written out only to be measured.
  return shown({ text: JSON.stringify(redacted(body, options)) }, options, undefined);
}

/** The size of the body of a Lambda HTTP response, without writing it out; undefined if it is no text. Never throws. */
export function responseBytes(response: unknown): number | undefined {
  const { body, isBase64 } = messageBody(response);
  if (typeof body !== 'string') return undefined;
  return isBase64 === true ? base64Bytes(body) : Buffer.byteLength(body);
}

/** The body of an HTTP event or of a response object, with what `bodyForLog` has to know about it. Never throws. */
export function messageBody(message: unknown): MessageBody {
  const isBase64 = (memberOf(message, 'isBase64Encoded') ?? memberOf(message, 'is_base64_encoded')) === true;
  const contentType = contentTypeIn(memberOf(message, 'headers')) ?? contentTypeIn(memberOf(message, 'multiValueHeaders'));
  return { body: memberOf(message, 'body'), isBase64, contentType };
}

function contentTypeIn(headers: unknown): string | undefined {
  const name = namesOf(headers).find((key) => key.toLowerCase() === 'content-type');
  const value = name === undefined ? undefined : memberOf(headers, name);
  const first = typeof value === 'string' ? value : memberOf(value, '0');
  return typeof first === 'string' ? first : undefined;
}

function namesOf(value: unknown): readonly string[] {
  try {
    return typeof value === 'object' && value !== null ? Object.keys(value) : [];
  } catch {
    return [];
  }
}

function isStream(body: unknown): boolean {
  return ['pipe', 'getReader', 'arrayBuffer'].some((method) => typeof memberOf(body, method) === 'function');
}

function textBody(body: string, options: BodyLogOptions): LoggedBody {
  if (options.isBase64 === true) return { binary: true, bytes: base64Bytes(body) };
  const bytes = Buffer.byteLength(body);
  const type = options.contentType;
  if (body.includes('\0') || (type !== undefined && BINARY_TYPE.test(type))) return { binary: true, bytes };
  const readable = bytes <= Math.min(options.maxBytes * PARSE_FACTOR, MAXIMUM_PARSED_BYTES);
  const reading = readerOf(body, type)(body, options, readable);
  return reading === undefined ? { bytes, truncated: true } : shown(reading, options, bytes);
}

/** A text without secrets, and whether it lacks the end of the body. */
interface Reading {
  readonly text: string;
  readonly isCut?: boolean;
}

/** The text to show; undefined if nothing may be shown. */
type Reader = (body: string, options: BodyLogOptions, readable: boolean) => Reading | undefined;

function readerOf(body: string, contentType: string | undefined): Reader {
  // What looks like JSON is taken as such, whatever its type says.
  if (LIKE_JSON.test(body) || (contentType !== undefined && JSON_TYPE.test(contentType))) return readJson;
  const isForm = contentType === undefined ? LIKE_FORM.test(body) : FORM_TYPE.test(contentType);
  return isForm ? readForm : readText;
}

const readJson: Reader = (body, options, readable) => {
  if (!readable) return undefined;
  try {
    return { text: JSON.stringify(redacted(JSON.parse(body.trim()), options)) };
  } catch {
    return undefined;
  }
};

const readForm: Reader = (body, options, readable) => {
  if (!readable) return undefined;
  const fields = [...new URLSearchParams(body)];
  const safe = fields.slice(0, MAXIMUM_FIELDS).map(([name, value]): [string, string] => [maskSecrets(name), fieldValue(name, value, options)]);
  // Encoded as it was sent, but for what we put in ourselves.
  const text = new URLSearchParams(safe).toString().replaceAll(encodeURIComponent(REDACTED), REDACTED);
  return { text, isCut: fields.length > MAXIMUM_FIELDS };
};

/** `user[email]` and `user.email` are members of members, as the usual parsers read them. */
function fieldValue(name: string, value: string, options: BodyLogOptions): string {
  const segments = name.split(/[.[\]]+/).filter((segment) => segment !== '');
  const nested = segments.reduceRight<unknown>((inner, segment) => ({ [segment]: inner }), value);
  let found = redacted(nested, options);
  while (typeof found === 'object' && found !== null) found = Object.values(found)[0];
  return String(found);
}

const readText: Reader = (body, { maxBytes }) => maskedStart(body, maxBytes);

function redacted(value: unknown, { maxBytes, redactPaths }: BodyLogOptions): unknown {
  return redact(value, { paths: redactPaths, maxStringLength: maxBytes });
}

function shown({ text, isCut = false }: Reading, options: BodyLogOptions, bytes: number | undefined): LoggedBody {
  const maxBytes = Math.max(0, options.maxBytes);
  const line = escapeUnsafe(text.slice(0, maxBytes + 1));
  const buffer = new Uint8Array(Math.min(maxBytes, line.length * 3));
  // Stops before a character that does not fit as a whole.
  const { read } = new TextEncoder().encodeInto(line, buffer);
  const truncated = isCut || read < line.length || text.length > maxBytes + 1;
  return { text: line.slice(0, read), ...(bytes !== undefined && { bytes }), ...(truncated && { truncated }) };
}

/** The number of bytes that a Base64 text stands for, by its length. */
function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  return Math.floor(((text.length - padding) * 3) / 4);
}
