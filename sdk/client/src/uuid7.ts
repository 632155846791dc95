/** A UUIDv7 (RFC 9562): 48 bits of Unix time in ms, then chance; sorts by time. */
export function uuid7(): string {
  const time = (2 ** 48 + Date.now()).toString(16);
  const chance = Array.from(crypto.getRandomValues(new Uint8Array(18)), (byte) => (byte & 15).toString(16)).join('');
  return `${time.slice(1, 9)}-${time.slice(9)}-7${chance.slice(0, 3)}-8${chance.slice(3, 6)}-${chance.slice(6)}`;
}
