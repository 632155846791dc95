/** A UUIDv7 (RFC 9562): 48 bits of Unix time in ms, then chance; sorts by time. */
export function uuid7(): string {
  return crypto
    .getRandomValues(new Uint8Array(18))
    .reduce((digits, byte) => digits + (byte & 15).toString(16), (2 ** 48 + Date.now()).toString(16))
    .replace(/.(.{8})(.{4})(.{3})(.{3})/, '$1-$2-7$3-8$4-');
}
