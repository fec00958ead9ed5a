import { isIPv4, isIPv6 } from 'node:net';

const GROUPS = 8;
const GROUPS_OF_NETWORK = 4;

/**
 * An address in the one spelling under which it is counted: IPv4 as it is, IPv6 cut to its /64, because one subscriber owns
 * all of it and could send every request from another address. Ports are dropped; undefined if it is no address.
 */
export function addressKey(text: string): string | undefined {
  const host = hostOf(text.trim());
  if (isIPv4(host)) return host;
  if (!isIPv6(host)) return undefined;
  const groups = groupsOf(host);
  return mappedIPv4(groups) ?? `${groups.slice(0, GROUPS_OF_NETWORK).map((group) => group.toString(16)).join(':')}::/64`;
}

function hostOf(text: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? [];
  const [, dotted] = /^([\d.]+):\d+$/.exec(text) ?? [];
  const host = bracketed ?? dotted ?? text;
  const zone = host.indexOf('%');
  return zone < 0 ? host : host.slice(0, zone);
}

function groupsOf(address: string): number[] {
  const [head = '', tail = ''] = address.split('::');
  const [left, right] = [numbersOf(head), numbersOf(tail)];
  const between = new Array<number>(GROUPS - left.length - right.length).fill(0);
  return [...left, ...between, ...right];
}

function numbersOf(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** Dual-stack listeners show IPv4 callers like this: without it all of them would be one network. */
function mappedIPv4(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  if (groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
