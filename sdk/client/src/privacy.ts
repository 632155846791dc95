/** Whether the browser says Do Not Track or Global Privacy Control: then there is no request at all. */
export function asksForPrivacy(): boolean {
  const { globalPrivacyControl } = navigator as { globalPrivacyControl?: boolean };
  return globalPrivacyControl || navigator.doNotTrack === '1';
}
