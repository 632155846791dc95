/** The secret behind the # of the address, which browsers send to no server. */
export function secretOfAddress(): string {
  return location.hash.slice(1);
}
