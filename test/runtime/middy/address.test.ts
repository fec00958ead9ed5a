import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressKey } from '../../../runtime/src/middy/address.ts';

describe('the address under which a caller is counted', () => {
  it.each<[string, string, string | undefined]>([
    ['IPv4 as it is', '203.0.113.7', '203.0.113.7'],
    ['IPv4 without its port', '203.0.113.7:50123', '203.0.113.7'],
    ['IPv4 without spaces', ' 203.0.113.7 ', '203.0.113.7'],
    ['IPv6 cut to its /64', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['IPv6 without its port', '[2001:db8:1:2::6]:443', '2001:db8:1:2::/64'],
    ['IPv6 in brackets', '[2001:db8::6]', '2001:db8:0:0::/64'],
    ['IPv6 in capitals and with zeros', '2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['IPv6 without its zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['the loopback', '::1', '0:0:0:0::/64'],
    ['nothing but zeros', '::', '0:0:0:0::/64'],
    ['a network that ends in zeros', '2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['IPv4 in IPv6', '::ffff:203.0.113.7', '203.0.113.7'],
    ['IPv4 in IPv6, in hexadecimal', '::ffff:cb00:7107', '203.0.113.7'],
    ['IPv6 with an IPv4 ending', '64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
    ['nothing of text', 'test-invoke-source-ip', undefined],
    ['nothing of nothing', '', undefined],
    ['nothing of an address that is none', '203.0.113.700', undefined],
    ['nothing of an IPv6 address that is none', '2001:db8::1::2', undefined],
    ['nothing of something that is added', '203.0.113.7:80:90', undefined],
    ['nothing of unknown', 'unknown', undefined],
  ])('%s', (_case, text, expected) => {
    expect(addressKey(text)).toBe(expected);
  });

  const group = fc.integer({ min: 0, max: 0xffff });
  const spelled = (groups: readonly number[], capital: boolean) => {
    const text = groups.map((each) => each.toString(16).padStart(4, '0')).join(':');
    return capital ? text.toUpperCase() : text;
  };

  it('is the same for all addresses of one subscriber, however they are spelled', () => {
    const network = fc.tuple(fc.integer({ min: 1, max: 0xffff }), group, group, group);
    const host = fc.tuple(group, group, group, group);
    fc.assert(
      fc.property(network, host, host, fc.boolean(), (net, one, other, capital) => {
        const key = addressKey(spelled([...net, ...one], capital));
        expect(key).toBeDefined();
        expect(addressKey(spelled([...net, ...other], !capital))).toBe(key);
      }),
    );
  });

  it('is another for another network', () => {
    const network = fc.tuple(fc.integer({ min: 1, max: 0xffff }), group, group, group);
    fc.assert(
      fc.property(network, network, (one, other) => {
        const same = one.every((value, index) => value === other[index]);
        const keys = [one, other].map((net) => addressKey(spelled([...net, 0, 0, 0, 1], false)));
        expect(keys[0] === keys[1]).toBe(same);
      }),
    );
  });
});
