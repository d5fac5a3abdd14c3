import { describe, expect, it } from "vitest";
import { isRange, isWithin } from "../../src/schema/address.ts";

describe("a range of addresses", () => {
  it.each([
    ...["10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "255.255.255.255/32"],
    ...["::1", "::/0", "2001:db8::/32", "2001:DB8:0:0:0:0:0:1", "fe80::1:2", "::ffff:10.0.0.1", "1::"],
  ])("is %s", (text) => {
    expect(isRange(text)).toBe(true);
  });

  it.each([
    ...["", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0/8", "256.0.0.1", "010.0.0.1"],
    ...["1.2.3.4.5", "a.b.c.d", "10.0.0.1 ", "2001:db8::/129", "1::2::3", "12345::", "::g", "1:2:3:4:5:6:7"],
    ...["1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8:9", ":::", "fe80::1%eth0", "localhost", "10.0.0.1::", "::10.0.0.1:1"],
  ])("is not %j", (text) => {
    expect(isRange(text)).toBe(false);
  });

  it.each<[address: string, range: string, is: boolean]>([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["10.1.2.3", "10.9.9.9/8", true],
    ["192.168.1.127", "192.168.1.0/25", true],
    ["192.168.1.128", "192.168.1.0/25", false],
    ["192.168.1.7", "192.168.1.7", true],
    ["192.168.1.8", "192.168.1.7", false],
    ["8.8.8.8", "0.0.0.0/0", true],
    ["2001:db8:1::7", "2001:db8::/32", true],
    ["2001:db9::7", "2001:db8::/32", false],
    ["2001:db8:0:7fff::", "2001:db8::/49", true],
    ["2001:db8:0:8000::", "2001:db8::/49", false],
    ["2001:db8:0:0001::", "2001:db8::/64", false],
    ["::1", "::1", true],
    ["::2", "::1", false],
    ["::1", "0:0:0:0:0:0:0:1", true],
    // An IPv4 client may be told in IPv6 form.
    ["::ffff:10.1.2.3", "10.0.0.0/8", true],
    ["::ffff:a01:203", "10.0.0.0/8", true],
    ["10.1.2.3", "::ffff:10.0.0.0/104", true],
    ["10.1.2.3", "::/0", true],
    // IPv6 addresses that only look alike are no IPv4 addresses.
    ["::10.1.2.3", "10.0.0.0/8", false],
    ["2001:db8::1", "0.0.0.0/0", false],
    ["unknown", "0.0.0.0/0", false],
    ["", "::/0", false],
    ["10.1.2.3, 10.1.2.4", "0.0.0.0/0", false],
    ["10.1.2.3", "rubbish", false],
  ])("tells of %s whether it lies in %s: %s", (address, range, is) => {
    expect(isWithin(address, [range])).toBe(is);
    expect(isWithin(address, ["203.0.113.0/24", range])).toBe(is);
  });

  it("lets no one in when there is none", () => {
    expect(isWithin("10.0.0.1", [])).toBe(false);
  });
});
