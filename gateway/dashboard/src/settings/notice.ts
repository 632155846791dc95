import type { Site } from "../api/session";
import { formatCount, visible } from "../format";
import { locale } from "../text";
import { privacy } from "../text/setup";

const list = new Intl.ListFormat(locale, { type: "conjunction" });

/** What a site's visitors should be told, paragraph by paragraph, from its settings as they are. */
export function noticeOf(site: Site, withUsers: boolean): readonly string[] {
  const words = privacy.notice;
  const kept = (site.queryParameters ?? []).map((name) => `“${visible(name)}”`);
  const page = kept.length > 0 ? words.pathWith(list.format(kept)) : words.path;
  return [
    words.what(site.domains.length > 0 ? list.format(site.domains) : words.website),
    words.device,
    words.collected(site.hashRouting ? page + words.fragment : page),
    site.identity === "daily" ? words.daily : words.memory,
    words.address,
    withUsers ? words.users : "",
    site.ignorePrivacySignals ? words.noSignals : words.signals,
    site.retention === "forever" ? words.forever : words.months(site.retention, formatCount(site.retention)),
  ].filter(Boolean);
}
