/** Whether the browser says Do Not Track or Global Privacy Control: then there is no request at all. */
export function asksForPrivacy(): boolean {
  return (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl || navigator.doNotTrack === '1';
}
