/** Whether the browser says Do Not Track or Global Privacy Control: then there is no request at all. */
export function asksForPrivacy(): boolean {
  const { doNotTrack, globalPrivacyControl } = navigator as {
    doNotTrack?: string | null;
    globalPrivacyControl?: boolean;
  };
  return doNotTrack === '1' || !!globalPrivacyControl;
}
